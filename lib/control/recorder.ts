import type { AnyActorRef, AnyMachineSnapshot, AnyStateMachine, InspectionEvent } from 'xstate';
import type { JournalDraft } from '../model/journal.ts';
import type { ActorRow, ActorStore } from '../ports/actor-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { isMachineActor, splitState } from './actors.ts';
import { causeOf, factsBetween, type Seen } from './facts.ts';
import type { Sequence } from './sequence.ts';

const RETRY_MS = 500;
const ROOT = 'root';

export interface RecorderOptions {
  readonly store: ActorStore;
  readonly sequence: Sequence;
  readonly clock: Clock;
  readonly log: Log;
  /** Told in the tick after an actor changed, whether or not the change could be written. */
  readonly onChanged: (actorId: string) => void;
}

/** A fact that waits for its number, with the place in time of the event that led to it. */
interface Pending {
  readonly turn: number;
  readonly draft: JournalDraft;
}

/** The event behind a snapshot. */
interface Cause {
  readonly type: string;
  readonly turn: number;
}

/**
 * Keeps every change of every actor: one inspection observer marks what is dirty, one flush a tick writes snapshots and
 * the facts that explain them in one transaction. A write that fails stays dirty and is tried again; the actors go on.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  /** The actor that stands for each path now; a replaced one is not it any more. */
  readonly #live = new Map<string, AnyActorRef>();
  readonly #dirty = new Set<string>();
  /** Who changed since the last tick. Not the same as dirty: a write that is just ending may take a change with it. */
  readonly #changed = new Set<string>();
  readonly #gone = new Set<string>();
  readonly #seen = new WeakMap<AnyActorRef, AnyMachineSnapshot>();
  readonly #written = new Map<string, string>();
  /** By actor, the places in time of the events that it has not worked off; each ends with one snapshot. */
  readonly #turns = new WeakMap<AnyActorRef, number[]>();
  #pending: Pending[] = [];
  #turn = 0;
  #flushing: Promise<void> | null = null;
  #isArmed = false;
  #isClosed = false;
  #trouble: string | null = null;

  constructor(options: RecorderOptions, rows: readonly ActorRow[]) {
    this.#options = options;
    for (const row of rows) this.#written.set(row.path, row.snapshot);
  }

  /** Why the last write failed; null when it did not. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** The observer for `createActor(root, { inspect })`. It never throws: that would wedge the observed actor for good. */
  readonly inspect = (event: InspectionEvent): void => {
    if (this.#isClosed) return;
    try {
      this.#observe(event);
    } catch (error) {
      this.#options.log.error({ err: error }, 'the recorder could not follow an actor');
    }
  };

  /** Writes what is dirty now. Resolves when it is durable; rejects when it could not be written. */
  async flush(): Promise<void> {
    while (this.#flushing) await this.#flushing.catch(() => undefined); // its failure is told where it was started
    if (this.#dirty.size + this.#gone.size + this.#pending.length === 0) return;
    this.#flushing = this.#write().finally(() => (this.#flushing = null));
    await this.#flushing;
  }

  /** The kept row of that path is gone: whatever its actor is now has to be written. */
  forget(path: string): void {
    this.#written.delete(path);
  }

  /** Adds a fact that no snapshot tells. */
  note(draft: JournalDraft): void {
    this.#turn += 1;
    this.#pending.push({ turn: this.#turn, draft });
    this.#arm();
  }

  /** Writes the rest and sees no more: the `stopped` snapshots of a closing host must not be kept. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
  }

  #observe(event: InspectionEvent): void {
    if (event.type === '@xstate.event') {
      // An actor's snapshot is seen after those of the actors it told: facts are put into the order of the events.
      this.#turn += 1;
      this.#turnsOf(event.actorRef as AnyActorRef).push(this.#turn); // always a real one
      this.#observeCrash(event.event, event.sourceRef as AnyActorRef | undefined); // likewise
    }
    if (event.type !== '@xstate.snapshot') return;
    const ref = event.actorRef as AnyActorRef; // always a real one
    if (!isMachineActor(ref)) return;
    const turn = this.#turnsOf(ref).shift() ?? this.#turn;
    const snapshot = event.snapshot as AnyMachineSnapshot; // of a machine, as just checked
    const before = this.#seen.get(ref) ?? null;
    if (before === snapshot) return; // an event that changed nothing
    this.#seen.set(ref, snapshot);
    const path = pathOf(ref);
    this.#changed.add(path);
    if (snapshot.status !== 'stopped') {
      this.#journal(ref, before, snapshot, { type: event.event.type, turn });
      this.#live.set(path, ref);
      this.#dirty.add(path);
      this.#gone.delete(path);
    } else if (this.#live.get(path) === ref) {
      this.#live.delete(path);
      this.#dirty.delete(path);
      this.#gone.add(path);
    }
    this.#arm();
  }

  #observeCrash(event: { readonly type: string }, source: AnyActorRef | undefined): void {
    if (!event.type.startsWith('xstate.error.actor.') || source === undefined || !isMachineActor(source)) return;
    const error = 'error' in event && event.error instanceof Error ? event.error : null;
    this.#options.log.error({ actor: source.id, err: error }, 'an actor broke and is replaced');
    const detail = { actor: source.id, message: error?.message ?? 'unknown' };
    this.note({ ...NOBODY, at: this.#options.clock.now(), type: 'actor.crashed', cause: 'exception', detail });
  }

  #journal(ref: AnyActorRef, before: AnyMachineSnapshot | null, after: AnyMachineSnapshot, cause: Cause): void {
    const src = ref.src;
    if (src !== 'service' && src !== 'agent') return;
    const past: Seen | null = before === null ? null : { src, snapshot: before };
    const facts = factsBetween(past, { src, snapshot: after }, causeOf(cause.type), this.#options.clock.now());
    for (const draft of facts) this.#pending.push({ turn: cause.turn, draft });
  }

  #turnsOf(ref: AnyActorRef): number[] {
    const turns = this.#turns.get(ref) ?? [];
    this.#turns.set(ref, turns);
    return turns;
  }

  #arm(): void {
    if (this.#isArmed || this.#isClosed) return;
    this.#isArmed = true;
    setImmediate(() => {
      this.#isArmed = false;
      const changed = [...this.#changed];
      this.#changed.clear();
      for (const path of changed) this.#options.onChanged(path);
      this.flush().catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'a change of state could not be written; trying again');
        setTimeout(() => {
          this.#arm();
        }, RETRY_MS).unref();
      });
    });
  }

  async #write(): Promise<void> {
    const { store, clock } = this.#options;
    const dirty = [...this.#dirty];
    const rows = dirty.flatMap((path) => rowOf(this.#live.get(path)) ?? []);
    const upserts = rows.filter((row) => this.#written.get(row.path) !== row.snapshot);
    const removals = [...this.#gone];
    const pending = this.#pending;
    this.#dirty.clear();
    this.#gone.clear();
    this.#pending = [];
    if (upserts.length + removals.length + pending.length === 0) return;
    const inOrder = [...pending].sort((one, other) => one.turn - other.turn);
    const journal = inOrder.map(({ draft }) => this.#options.sequence.next(draft));
    try {
      await store.commitActors({ upserts, removals, journal, updatedAt: clock.now() });
    } catch (error) {
      for (const path of dirty) if (this.#live.has(path)) this.#dirty.add(path);
      for (const path of removals) if (!this.#live.has(path)) this.#gone.add(path);
      this.#pending = [...pending, ...this.#pending];
      this.#trouble = error instanceof Error ? error.message : String(error);
      throw error;
    }
    this.#trouble = null;
    for (const row of upserts) this.#written.set(row.path, row.snapshot);
    for (const path of removals) this.#written.delete(path);
  }
}

const NOBODY = { agentId: null, serviceId: null, from: null, to: null, correlationId: null } as const;

function pathOf(ref: AnyActorRef): string {
  return ref._parent === undefined ? ROOT : ref.id;
}

/** The actor's own part of its snapshot: children are cut out before the logic serialises, they have rows of their own. */
function rowOf(ref: AnyActorRef | undefined): ActorRow | undefined {
  if (ref === undefined) return undefined;
  const { logic } = ref as AnyActorRef & { readonly logic: AnyStateMachine }; // only machines are live here
  const snapshot = ref.getSnapshot() as AnyMachineSnapshot; // of a machine
  const path = pathOf(ref);
  return {
    path,
    id: path,
    parent: path === ROOT ? null : ROOT,
    src: typeof ref.src === 'string' ? ref.src : ROOT,
    systemId: path,
    version: logic.version ?? '0',
    state: splitState(snapshot.value).state,
    snapshot: JSON.stringify(logic.getPersistedSnapshot({ ...snapshot, children: {} })),
  };
}
