/** Lets so many in at once; the others wait in the order in which they came. */
export class Lane {
  #free: number;
  readonly #waiting = new Set<() => void>();
  #isAdmitting = false;

  constructor(width: number) {
    this.#free = width;
  }

  /** Calls `begin` when there is room, maybe at once; gives the way to leave the line before. Whoever was let in calls leave() once. */
  enter(begin: () => void): () => void {
    const place = (): void => {
      begin();
    };
    this.#waiting.add(place);
    this.#admit();
    return () => void this.#waiting.delete(place);
  }

  leave(): void {
    this.#free += 1;
    this.#admit();
  }

  /** A loop and no recursion: a thousand checks in line may each be over at once. */
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
