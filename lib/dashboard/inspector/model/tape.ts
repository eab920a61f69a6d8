import { SYNC } from './message.ts';
import type { Message, MessageSnapshot } from './message.ts';

/** An actor that the page knows. */
export interface Actor {
  /** With the run of its host. */
  readonly id: string;
  readonly name: string;
  /** The name of its statechart; null: it is an effect. */
  readonly machine: string | null;
  readonly parentId: string | null;
  /** The position at which it became known. */
  readonly since: number;
  /** The position at which it ended; null: it lives. */
  readonly until: number | null;
}

/** The state of an actor from a position on. */
export interface ActorState {
  readonly position: number;
  readonly status: MessageSnapshot['status'];
  readonly value: MessageSnapshot['value'];
  /** Of a service: the agents and others that need it to run. */
  readonly holders: readonly string[];
  /** The message, with the context. */
  readonly text: string;
}

/** A line of the tape. */
export interface TapeRow {
  readonly position: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /**
   * `event`: an actor got it. `changed`: an actor changed without an event that is known. `missed`: the host left
   * messages about the actor out, because there were too many. `lost`: the connection was away.
   */
  readonly type: 'event' | 'changed' | 'missed' | 'lost';
  /** Empty: all. */
  readonly actorId: string;
  /** Null: it came from outside the actors. */
  readonly sourceId: string | null;
  /** The type of the event, or what happened in words. */
  readonly event: string;
  /** The word of the journal and the drawings for it; null: they have none. */
  readonly cause: string | null;
  /** The message; empty: none. */
  readonly text: string;
}

/** How much a tape keeps. */
export interface TapeLimits {
  readonly rows: number;
  /** Of all messages that are kept, in characters. */
  readonly characters: number;
}

export const LIVE_LIMITS: TapeLimits = { rows: 10_000, characters: 32_000_000 };
/** A recording is kept as a whole. */
export const NO_LIMITS: TapeLimits = { rows: Infinity, characters: Infinity };

/** Rows are dropped together, which is cheaper than one by one. */
const DROPPED_AT_ONCE = 500;
/** So many events of one actor may be without the snapshot that follows them; an actor that has ended sends none. */
const MAX_WAITING = 200;

type Registration = Extract<Message, { readonly type: '@xstate.actor' }>;

interface Kept extends Actor {
  until: number | null;
  readonly registration: Omit<Registration, 'snapshot'>;
  readonly states: ActorState[];
  /** Events whose snapshot has not come yet. */
  waiting: { readonly position: number; readonly event: string }[];
}

/**
 * What the host has sent, in order: the events as rows, and the state of each actor after each of them. It keeps a bounded number
 * of rows; of what is older, only the state of each actor.
 */
export class Tape {
  readonly #limits: TapeLimits;
  readonly #actors = new Map<string, Kept>();
  #rows: TapeRow[] = [];
  #position = 0;
  #characters = 0;
  #dropped = 0;
  #structure = 0;
  /** The run of the host to which all actors that live belong. */
  #run: string | null = null;

  constructor(limits: TapeLimits = LIVE_LIMITS) {
    this.#limits = limits;
  }

  /** Oldest first. */
  get rows(): readonly TapeRow[] {
    return this.#rows;
  }

  /** How many rows are no longer kept. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Changes whenever an actor comes, ends, or belongs to another. */
  get structure(): number {
    return this.#structure;
  }

  /** The newest position. */
  get end(): number {
    return this.#position;
  }

  actor(id: string): Actor | null {
    return this.#actors.get(id) ?? null;
  }

  /** All that live at a position, in the order in which they became known. */
  actorsAt(position: number): readonly Actor[] {
    return [...this.#actors.values()].filter(
      ({ since, until }) => since <= position && (until === null || until > position),
    );
  }

  /** The state after the row at a position; null: unknown. */
  stateAt(id: string, position: number): ActorState | null {
    const states = this.#actors.get(id)?.states ?? [];
    return states[lastIndexUpTo(states, position)] ?? null;
  }

  /** The state before the change that {@link stateAt} returns; null: unknown. */
  stateBefore(id: string, position: number): ActorState | null {
    const states = this.#actors.get(id)?.states ?? [];
    return states[lastIndexUpTo(states, position) - 1] ?? null;
  }

  /** The row of a position; null: it has none, or is no longer kept. */
  rowAt(position: number): TapeRow | null {
    return this.#rows[lastIndexUpTo(this.#rows, position)] ?? null;
  }

  /** Adds a message; `text` is the same as JSON. */
  append(message: Message, text: string): void {
    switch (message.type) {
      case '@xstate.actor':
        this.#register(message, text);
        return;
      case '@xstate.event':
        this.#event(message, text);
        return;
      case '@xstate.snapshot':
        this.#snapshot(message, text);
        return;
    }
  }

  /** Marks a place where messages are missing: of what lives afterwards, the host sends the state. */
  lose(at: number, what: string): void {
    if (this.#actors.size === 0) return;
    this.#add({ at, type: 'lost', actorId: '', sourceId: null, event: what, cause: null, text: '' });
    for (const kept of this.#actors.values()) {
      if (kept.until === null) this.#end(kept);
      kept.waiting = [];
    }
  }

  /** Messages that bring another tape to the state at the end of this one. */
  *stateMessages(): Generator<string> {
    for (const { until, registration, states } of this.#actors.values()) {
      const state = states.at(-1);
      if (until !== null || state === undefined) continue;
      const { snapshot } = JSON.parse(state.text) as Pick<Registration, 'snapshot'>; // all messages with a state have one
      yield JSON.stringify({ ...registration, snapshot });
    }
  }

  #register({ snapshot, ...registration }: Registration, text: string): void {
    const { sessionId: id, name, parentId = null, definition } = registration;
    this.#structure += 1;
    const known = this.#actors.get(id);
    if (known !== undefined) {
      known.until = null;
      this.#change(known, this.#position, snapshot, text);
      return;
    }
    this.#endOtherRuns(id);
    this.#position += 1;
    const kept: Kept = {
      ...{ id, name, machine: machineIn(definition), parentId, since: this.#position, until: null },
      ...{ registration, states: [], waiting: [] },
    };
    this.#actors.set(id, kept);
    this.#change(kept, this.#position, snapshot, text);
  }

  #event(message: Extract<Message, { readonly type: '@xstate.event' }>, text: string): void {
    const { sessionId: actorId, sourceId = null, event, cause = null, createdAt } = message;
    const kept = this.#actors.get(actorId);
    if (kept === undefined) return;
    this.#add({ at: Number(createdAt), type: 'event', actorId, sourceId, event: event.type, cause, text });
    kept.waiting.push({ position: this.#position, event: event.type });
    if (kept.waiting.length > MAX_WAITING) kept.waiting.shift();
  }

  #snapshot(message: Extract<Message, { readonly type: '@xstate.snapshot' }>, text: string): void {
    const { sessionId: actorId, event, cause = null, createdAt, snapshot } = message;
    const kept = this.#actors.get(actorId);
    if (kept === undefined) return;
    const at = Number(createdAt);
    if (event.type === SYNC) {
      this.#sync(kept, at, snapshot, text);
      return;
    }
    const index = kept.waiting.findIndex((one) => one.event === event.type);
    const waiting = kept.waiting[index];
    if (waiting === undefined) {
      this.#add({ at, type: 'changed', actorId, sourceId: null, event: event.type, cause, text: '' });
      this.#change(kept, this.#position, snapshot, text);
      return;
    }
    kept.waiting = kept.waiting.slice(index + 1);
    this.#change(kept, waiting.position, snapshot, text);
  }

  /** The state of an actor of which the host left messages out. */
  #sync(kept: Kept, at: number, snapshot: MessageSnapshot, text: string): void {
    const event = 'messages were left out';
    this.#add({ at, type: 'missed', actorId: kept.id, sourceId: null, event, cause: null, text: '' });
    kept.waiting = [];
    this.#change(kept, this.#position, snapshot, text);
  }

  #change(kept: Kept, position: number, snapshot: MessageSnapshot, text: string): void {
    const { status, value, context } = snapshot;
    const before = kept.states.at(-1);
    const from = Math.max(position, before?.position ?? 0);
    const state = { position: from, status, value, holders: holdersIn(context), text };
    if (before?.position === from) this.#characters -= kept.states.pop()?.text.length ?? 0;
    kept.states.push(state);
    this.#characters += text.length;
    if (before?.holders.join() !== state.holders.join()) this.#structure += 1;
    if (status !== 'active') this.#end(kept);
    this.#dropOld();
  }

  #end(kept: Kept): void {
    kept.until = this.#position;
    this.#structure += 1;
  }

  #endOtherRuns(id: string): void {
    const run = runOf(id);
    if (run === this.#run) return;
    this.#run = run;
    for (const kept of this.#actors.values()) if (kept.until === null && runOf(kept.id) !== run) this.#end(kept);
  }

  #add(row: Omit<TapeRow, 'position'>): void {
    this.#position += 1;
    this.#rows.push({ position: this.#position, ...row });
    this.#characters += row.text.length;
    this.#dropOld();
  }

  #dropOld(): void {
    const { rows, characters } = this.#limits;
    if (this.#rows.length < rows + DROPPED_AT_ONCE && this.#characters <= characters) return;
    const old = this.#rows.slice(0, Math.max(DROPPED_AT_ONCE, this.#rows.length - rows));
    this.#rows = this.#rows.slice(old.length);
    this.#dropped += old.length;
    const from = this.#rows[0]?.position ?? this.#position + 1;
    for (const { text } of old) this.#characters -= text.length;
    for (const kept of this.#actors.values()) this.#forgetBefore(kept, from);
  }

  /** Keeps the last state before a position, and nothing of an actor that had ended by then. */
  #forgetBefore(kept: Kept, from: number): void {
    const { id, states, until } = kept;
    const isOver = until !== null && until < from;
    const old = states.splice(0, isOver ? states.length : Math.max(0, lastIndexUpTo(states, from - 1)));
    for (const { text } of old) this.#characters -= text.length;
    if (isOver) this.#actors.delete(id);
  }
}

/** The index of the last item at or before a position; -1: there is none. */
export function lastIndexUpTo(items: readonly { readonly position: number }[], position: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.position ?? Infinity) <= position) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function runOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}

function machineIn(definition: string): string | null {
  const parsed: unknown = JSON.parse(definition);
  if (typeof parsed !== 'object' || parsed === null || !('id' in parsed) || !('initial' in parsed)) return null;
  return typeof parsed.id === 'string' ? parsed.id : null;
}

function holdersIn(context: MessageSnapshot['context']): readonly string[] {
  const holders = context?.['holders'];
  return Array.isArray(holders) ? holders.filter((one) => typeof one === 'string') : [];
}
