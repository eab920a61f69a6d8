import type { JournalDraft } from '../../model/journal.ts';
import type { Instant } from '../../model/values/time.ts';
import { hostEvent } from './events.ts';

/** Maximum number of events queued while the store is unavailable; beyond that the oldest are dropped and counted. */
const MAX_WAITING = 10_000;
/** Events are dropped in batches: shifting such a long array for every event would cost more than the event. */
const BATCH = 1_000;

/** An event without a number yet, and the order of the event that caused it. */
export interface WaitingEvent {
  readonly turn: number;
  readonly draft: JournalDraft;
}

/** Events taken from the queue for writing; returned as a whole if the write fails. */
export interface TakenEvents {
  readonly waiting: readonly WaitingEvent[];
  readonly dropped: number;
}

/** The events that have not been written yet. */
export class EventQueue {
  #waiting: WaitingEvent[] = [];
  /** The number of events dropped because they could not be written. */
  #dropped = 0;

  /** The number of queued events. */
  get size(): number {
    return this.#waiting.length;
  }

  /** The number of events, including dropped ones. */
  get published(): number {
    return this.#waiting.length + this.#dropped;
  }

  add(event: WaitingEvent): void {
    this.#waiting.push(event);
    if (this.#waiting.length >= MAX_WAITING + BATCH) this.#trim();
  }

  take(): TakenEvents {
    const taken = { waiting: this.#waiting, dropped: this.#dropped };
    this.#waiting = [];
    this.#dropped = 0;
    return taken;
  }

  giveBack({ waiting, dropped }: TakenEvents): void {
    this.#waiting = [...waiting, ...this.#waiting];
    this.#dropped += dropped;
    this.#trim();
  }

  #trim(): void {
    this.#dropped += this.#waiting.splice(0, Math.max(0, this.#waiting.length - MAX_WAITING)).length;
  }
}

/** The events in causal order, after one that reports the dropped ones. */
export function inOrder({ waiting, dropped }: TakenEvents, at: Instant): readonly JournalDraft[] {
  const sorted = [...waiting].sort((one, other) => one.turn - other.turn).map(({ draft }) => draft);
  return dropped === 0 ? sorted : [hostEvent('journal.truncated', at, { dropped }), ...sorted];
}
