/** Runs tasks that share a key one after the other, in the order in which they came, and others side by side. */
export class Lanes {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Runs `task` when all earlier ones of each of the keys are over, whatever became of them. */
  async run<T>(keys: readonly string[], task: () => Promise<T>): Promise<T> {
    const before = Promise.allSettled(keys.map((key) => this.#tails.get(key) ?? Promise.resolve()));
    const mine = before.then(task);
    for (const key of keys) this.#tails.set(key, mine);
    try {
      return await mine;
    } finally {
      for (const key of keys) if (this.#tails.get(key) === mine) this.#tails.delete(key);
    }
  }
}
