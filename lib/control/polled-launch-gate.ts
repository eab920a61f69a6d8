import type { ServiceId } from '../model/values/ids.ts';
import type { Timers } from '../ports/clock.ts';
import type { LaunchGate } from '../ports/process-host.ts';

/** The interval between two checks while somebody is waiting. */
const CHECK_MS = 250;

type Observer = (obstacle: string | null) => void;

/** For whom somebody waits, and the obstacle that is known there. */
interface Waiting {
  readonly serviceId: ServiceId;
  known: string | null;
}

/**
 * A gate whose obstacles are checked every 250 ms while somebody is waiting: one check for all services, however many
 * there are.
 */
export class PolledLaunchGate implements LaunchGate {
  readonly #obstacles: () => readonly string[];
  readonly #obstacleTo: (serviceId: ServiceId) => string | null;
  readonly #timers: Timers;
  readonly #waiting = new Map<Observer, Waiting>();
  #timer: unknown = null;

  /**
   * `obstacles` returns why nothing can be launched now, in sentences; empty if launches are possible. `obstacleTo` returns
   * why only one service cannot; null if it can. By default there is no such reason.
   */
  constructor(
    obstacles: () => readonly string[],
    timers: Timers,
    obstacleTo: (serviceId: ServiceId) => string | null = () => null,
  ) {
    this.#obstacles = obstacles;
    this.#timers = timers;
    this.#obstacleTo = obstacleTo;
  }

  obstacle(serviceId: ServiceId): string | null {
    return this.#obstacles()[0] ?? this.#obstacleTo(serviceId);
  }

  watch(serviceId: ServiceId, observer: Observer): () => void {
    if (this.#waiting.size === 0) this.#checkLater();
    this.#waiting.set(observer, { serviceId, known: this.obstacle(serviceId) });
    return () => {
      this.#waiting.delete(observer);
      if (this.#waiting.size === 0) this.#timers.clearTimeout(this.#timer);
    };
  }

  #checkLater(): void {
    this.#timer = this.#timers.setTimeout(() => {
      const [common] = this.#obstacles();
      const notified: (readonly [Observer, string | null])[] = [];
      for (const [observer, waiting] of this.#waiting) {
        const obstacle = common ?? this.#obstacleTo(waiting.serviceId);
        if (obstacle !== null && obstacle === waiting.known) continue;
        waiting.known = obstacle;
        notified.push([observer, obstacle]);
      }
      this.#checkLater();
      for (const [observer, obstacle] of notified) if (this.#waiting.has(observer)) observer(obstacle);
    }, CHECK_MS);
  }
}
