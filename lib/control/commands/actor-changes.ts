/** Waits for conditions on actors. */
export class Changes {
  readonly #waiters = new Map<string, Set<() => void>>();

  /** An actor changed, was created or was removed. */
  readonly notify = (actorId: string): void => {
    for (const wake of this.#waiters.get(actorId) ?? []) wake();
  };

  /**
   * Resolves as soon as `isDone` is true; it is checked now and after every change of that actor. Rejects if it throws,
   * or with the signal's reason if that is aborted first.
   */
  async until(actorId: string, isDone: () => boolean, signal?: AbortSignal): Promise<void> {
    if (isDone()) return;
    await new Promise<void>((resolve, reject) => {
      const waiters = this.#waiters.get(actorId) ?? new Set();
      this.#waiters.set(actorId, waiters);
      const leave = (): void => {
        waiters.delete(wake);
        if (waiters.size === 0 && this.#waiters.get(actorId) === waiters) this.#waiters.delete(actorId);
        signal?.removeEventListener('abort', abort);
      };
      const wake = (): void => {
        try {
          if (!isDone()) return;
          leave();
          resolve();
        } catch (error) {
          leave();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const abort = (): void => {
        leave();
        reject(signal?.reason as Error); // set by the caller that aborted
      };
      waiters.add(wake);
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort);
    });
  }

  /**
   * Likewise, then calls `act` in the same turn in which `isDone` is true; after an await it might no longer be true.
   */
  async actWhen(actorId: string, isDone: () => boolean, act: () => void): Promise<void> {
    do await this.until(actorId, isDone);
    while (!isDone());
    act();
  }
}
