/** Somebody who reads a file and has come that far. */
export interface Reader {
  readonly offset: number;
}

/** Who reads which file now, so that space is not released under a reader who is only a little behind. */
export class ActiveReaders {
  readonly #readers = new Map<string, Set<Reader>>();

  /** Gives the way to end it. */
  add(file: string, reader: Reader): () => void {
    const readers = this.#readers.get(file) ?? new Set();
    this.#readers.set(file, readers.add(reader));
    return () => {
      readers.delete(reader);
      if (readers.size === 0 && this.#readers.get(file) === readers) this.#readers.delete(file);
    };
  }

  /** How far the slowest reader is; Infinity when there is none. */
  slowest(file: string): number {
    let slowest = Infinity;
    for (const { offset } of this.#readers.get(file) ?? []) slowest = Math.min(slowest, offset);
    return slowest;
  }
}
