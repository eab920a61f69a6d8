/** Wakes those who wait until an actor is as they want it. */
export class Changes {
  readonly #waiters = new Map<string, Set<() => void>>();

  /** An actor changed, came or went. */
  readonly notify = (actorId: string): void => {
    for (const wake of this.#waiters.get(actorId) ?? []) wake();
  };

  /** Resolves as soon as `isDone` says so, asked now and after every change of that actor. */
  async until(actorId: string, isDone: () => boolean): Promise<void> {
    if (isDone()) return;
    await new Promise<void>((resolve) => {
      const waiters = this.#waiters.get(actorId) ?? new Set();
      this.#waiters.set(actorId, waiters);
      const wake = (): void => {
        if (!isDone()) return;
        waiters.delete(wake);
        if (waiters.size === 0) this.#waiters.delete(actorId);
        resolve();
      };
      waiters.add(wake);
    });
  }
}
