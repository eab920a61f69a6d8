import type { Timers } from '../ports/clock.ts';
import type { LaunchGate } from '../ports/process-host.ts';

/** The interval between two checks while somebody is waiting. */
const CHECK_MS = 250;

type Observer = (obstacle: string | null) => void;

/**
 * A gate whose obstacles are checked every 250 ms while somebody is waiting: one check for all services, however many
 * there are.
 */
export class PolledLaunchGate implements LaunchGate {
  readonly #obstacles: () => readonly string[];
  readonly #timers: Timers;
  /** By observer, the obstacle that it knows. */
  readonly #known = new Map<Observer, string | null>();
  #timer: unknown = null;

  /** `obstacles` returns why nothing can be launched now, in sentences; empty if launches are possible. */
  constructor(obstacles: () => readonly string[], timers: Timers) {
    this.#obstacles = obstacles;
    this.#timers = timers;
  }

  obstacle(): string | null {
    return this.#obstacles()[0] ?? null;
  }

  watch(observer: Observer): () => void {
    if (this.#known.size === 0) this.#checkLater();
    this.#known.set(observer, this.obstacle());
    return () => {
      this.#known.delete(observer);
      if (this.#known.size === 0) this.#timers.clearTimeout(this.#timer);
    };
  }

  #checkLater(): void {
    this.#timer = this.#timers.setTimeout(() => {
      const obstacle = this.obstacle();
      const notified = [...this.#known].filter(([, known]) => obstacle === null || obstacle !== known);
      for (const [observer] of notified) this.#known.set(observer, obstacle);
      this.#checkLater();
      for (const [observer] of notified) if (this.#known.has(observer)) observer(obstacle);
    }, CHECK_MS);
  }
}
