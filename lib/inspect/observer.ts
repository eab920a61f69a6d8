import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ActorRoots } from './actor-roots.ts';
import { observedOf, type Observed } from './observed.ts';
import type { Present } from './viewer.ts';

/** The dependencies of an observer. */
export interface ObserverOptions {
  readonly roots: ActorRoots;
  readonly clock: Clock;
  readonly log: Log;
  /** The maximum number of untaken observations. */
  readonly max: number;
  /** Called when there is something to take. */
  readonly onObserved: () => void;
  /** Called with observations that were dropped because there were too many. */
  readonly onLost: (lost: readonly Observed[]) => void;
}

/** Records what happens in the actor system between `start` and `stop`, until it is taken. */
export class Observer {
  readonly #options: ObserverOptions;
  #observed: Observed[] = [];
  #next = 0;
  #seq = 0;
  readonly #observations = new Map<AnyActorRef, { unsubscribe(): void }>();
  /** Null: nothing is observed. */
  #unwatch: (() => void) | null = null;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  get isObserving(): boolean {
    return this.#unwatch !== null;
  }

  get present(): Present {
    return { at: this.#options.clock.now(), seq: this.#seq };
  }

  start(): void {
    this.#unwatch ??= this.#options.roots.watch(() => {
      this.#observeRoots();
    });
    this.#observeRoots();
  }

  /** Untaken observations are dropped. */
  stop(): void {
    this.#unwatch?.();
    this.#unwatch = null;
    for (const observation of this.#observations.values()) observation.unsubscribe();
    this.#observations.clear();
    this.#forget();
  }

  /** The next observation; undefined: none. */
  take(): Observed | undefined {
    const observed = this.#observed[this.#next];
    if (observed === undefined) this.#forget();
    else this.#next += 1;
    return observed;
  }

  #observeRoots(): void {
    const { all } = this.#options.roots;
    for (const [root, observation] of this.#observations) {
      if (all.includes(root)) continue;
      observation.unsubscribe();
      this.#observations.delete(root);
    }
    for (const root of all) {
      if (this.#observations.has(root)) continue;
      const observation = root.system.inspect((inspected) => {
        this.#record(inspected);
      });
      this.#observations.set(root, observation);
    }
  }

  /** Never throws: that would block the observed actor permanently. */
  #record(inspected: InspectionEvent): void {
    const { clock, log, max, onObserved } = this.#options;
    try {
      const observed = observedOf(inspected, this.#seq + 1, clock.now());
      if (observed === null) return;
      this.#seq += 1;
      this.#observed.push(observed);
      if (this.#observed.length - this.#next > max) this.#lose();
      onObserved();
    } catch (error) {
      log.error({ err: error }, 'the inspector failed to observe an actor');
    }
  }

  #lose(): void {
    const lost = this.#observed.slice(this.#next);
    this.#forget();
    this.#options.onLost(lost);
  }

  #forget(): void {
    this.#observed = [];
    this.#next = 0;
  }
}
