/** Limits how many checks run at once; the others wait in order. */
export class CheckSlots {
  #free: number;
  readonly #waiting = new Set<() => void>();
  #isAdmitting = false;

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Calls `begin` once a slot is free, possibly immediately; the caller then has to call leave() once. Before that, the
   * returned function removes it from the queue.
   */
  enter(begin: () => void): () => void {
    const entry = (): void => {
      begin();
    };
    this.#waiting.add(entry);
    this.#admit();
    return () => void this.#waiting.delete(entry);
  }

  leave(): void {
    this.#free += 1;
    this.#admit();
  }

  /** A loop instead of recursion: a thousand waiting checks may all finish immediately. */
  #admit(): void {
    if (this.#isAdmitting) return;
    this.#isAdmitting = true;
    try {
      for (const begin of this.#waiting) {
        if (this.#free === 0) return;
        this.#free -= 1;
        this.#waiting.delete(begin);
        begin();
      }
    } finally {
      this.#isAdmitting = false;
    }
  }
}
