import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { observedOf, type Observed } from './observed.ts';
import type { Present } from './viewer.ts';

/** What an observer works with. */
export interface ObserverOptions {
  readonly root: AnyActorRef;
  readonly clock: Clock;
  readonly log: Log;
  /** More that nobody has taken yet is not kept. */
  readonly most: number;
  /** There is something to take. */
  readonly onObserved: () => void;
  /** This was to be taken, and was too much. */
  readonly onLost: (lost: readonly Observed[]) => void;
}

/** Notes what happens in the actor system, from `start` to `stop`, until it is taken. */
export class Observer {
  readonly #options: ObserverOptions;
  #observed: Observed[] = [];
  #next = 0;
  #seq = 0;
  #observation: { unsubscribe(): void } | null = null;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  get isObserving(): boolean {
    return this.#observation !== null;
  }

  get present(): Present {
    return { at: this.#options.clock.now(), seq: this.#seq };
  }

  start(): void {
    this.#observation ??= this.#options.root.system.inspect((inspected) => {
      this.#note(inspected);
    });
  }

  /** What was not taken is forgotten. */
  stop(): void {
    this.#observation?.unsubscribe();
    this.#observation = null;
    this.#forget();
  }

  /** What happened next; undefined: nothing is left. */
  take(): Observed | undefined {
    const observed = this.#observed[this.#next];
    if (observed === undefined) this.#forget();
    else this.#next += 1;
    return observed;
  }

  /** Never throws: that would wedge the observed actor for good. */
  #note(inspected: InspectionEvent): void {
    const { clock, log, most, onObserved } = this.#options;
    try {
      const observed = observedOf(inspected, this.#seq + 1, clock.now());
      if (observed === null) return;
      this.#seq += 1;
      this.#observed.push(observed);
      if (this.#observed.length - this.#next > most) this.#lose();
      onObserved();
    } catch (error) {
      log.error({ err: error }, 'the inspector could not follow an actor');
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
