import type { JournalDraft } from '../../model/journal.ts';
import type { Instant } from '../../model/values/time.ts';
import { hostEvent } from './events.ts';

/** Events that are kept while the store is away; beyond that the oldest go, and their number is told. */
const MOST_WAITING = 10_000;
/** They go in lots: to shift so long a list for every event would cost more than the event. */
const LOT = 1_000;

/** An event that waits for its number, with the place in time of the event that led to it. */
export interface WaitingEvent {
  readonly turn: number;
  readonly draft: JournalDraft;
}

/** What is taken from the queue to be written: given back whole when it could not be. */
export interface TakenEvents {
  readonly waiting: readonly WaitingEvent[];
  readonly dropped: number;
}

/** The events that no transaction has carried yet. */
export class EventQueue {
  #waiting: WaitingEvent[] = [];
  /** Events that went because nobody could write them. */
  #dropped = 0;

  /** How many wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** How many there were, those that went included. */
  get published(): number {
    return this.#waiting.length + this.#dropped;
  }

  add(event: WaitingEvent): void {
    this.#waiting.push(event);
    if (this.#waiting.length >= MOST_WAITING + LOT) this.#trim();
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
    this.#dropped += this.#waiting.splice(0, Math.max(0, this.#waiting.length - MOST_WAITING)).length;
  }
}

/** The events in the order of the events that led to them, after one for those that went. */
export function inOrder({ waiting, dropped }: TakenEvents, at: Instant): readonly JournalDraft[] {
  const sorted = [...waiting].sort((one, other) => one.turn - other.turn).map(({ draft }) => draft);
  return dropped === 0 ? sorted : [hostEvent('journal.truncated', at, { dropped }), ...sorted];
}
