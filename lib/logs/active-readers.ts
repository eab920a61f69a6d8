/** A reader of a file, and how far it has read. */
export interface Reader {
  readonly offset: number;
}

/** The files being read, so that no space is released that a reader slightly behind still needs. */
export class ActiveReaders {
  readonly #readers = new Map<string, Set<Reader>>();

  /** Returns a function that removes the reader. */
  add(file: string, reader: Reader): () => void {
    const readers = this.#readers.get(file) ?? new Set();
    this.#readers.set(file, readers.add(reader));
    return () => {
      readers.delete(reader);
      if (readers.size === 0 && this.#readers.get(file) === readers) this.#readers.delete(file);
    };
  }

  /** The offset of the slowest reader; Infinity if there is none. */
  slowest(file: string): number {
    let slowest = Infinity;
    for (const { offset } of this.#readers.get(file) ?? []) slowest = Math.min(slowest, offset);
    return slowest;
  }
}
