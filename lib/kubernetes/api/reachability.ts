/**
 * Whether the API server answers, as the watch of pods finds. While it does not, that watch alone asks it again; everything
 * else that is repeated waits here, so that a thousand services cost an API server that comes back nothing.
 */
export class Reachability {
  readonly #waiting = new Set<() => void>();
  #isAway = false;

  away(): void {
    this.#isAway = true;
  }

  /** It answers again, or nobody is to wait any longer. */
  back(): void {
    this.#isAway = false;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  /** Resolves at once if it answers, otherwise when it does. */
  answered(): Promise<void> {
    if (!this.#isAway) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }
}
