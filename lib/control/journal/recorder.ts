import type { AnyActorRef, AnyMachineSnapshot, InspectionEvent } from 'xstate';
import { causeOf } from '../../model/causes.ts';
import type { JournalDraft } from '../../model/journal.ts';
import type { ActorRow, ActorStore } from '../../ports/actor-store.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import type { Millis } from '../../model/values/time.ts';
import type { Clock, Timers } from '../../ports/clock.ts';
import type { ReachCrashPoint } from '../../ports/crash-points.ts';
import type { Log } from '../../ports/log.ts';
import { RetryingWriter } from '../../ports/retrying-writer.ts';
import { wallTimers } from '../../ports/wall-timers.ts';
import { isMachineActor } from '../actors.ts';
import { pathOf, rowOf } from './actor-rows.ts';
import { EventQueue, inOrder } from './event-queue.ts';
import { eventsBetween, type Seen } from './events.ts';
import type { Journal } from './journal.ts';

const FIRST_RETRY_MS = 500;
const SLOWEST_RETRY_MS = 5_000;

export interface RecorderOptions {
  readonly store: ActorStore;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Default: real time. */
  readonly timers?: Timers | undefined;
  readonly log: Log;
  /** How long changes are gathered before they are written; default: 0, until the end of the turn of the event loop. */
  readonly gatherMs?: Millis | undefined;
  /** Called in the tick after an actor changed, whether or not the change could be written. */
  readonly onChanged: (actorId: string) => void;
  /** Called at each crash point; default: none. */
  readonly crashPoint?: ReachCrashPoint | undefined;
}

/** The event that led to a snapshot. */
interface Origin {
  readonly type: string;
  readonly turn: number;
}

/**
 * Saves every change of every actor. An inspection observer marks what is dirty; one flush writes the snapshots and the
 * events that explain them in one transaction: no actor waits for that, so the changes of a few milliseconds, such as
 * the steps of a launch, go together. What a failed write contained stays dirty and is retried after 0.5 s to 5 s, or as
 * soon as the store is known to be available again. The actors carry on in the meantime.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  /** The current actor of each path; a replaced one is no longer in here. */
  readonly #live = new Map<string, AnyActorRef>();
  readonly #dirty = new Set<string>();
  /** The paths changed since the last tick. Not the same as dirty: a finishing write may include a change. */
  readonly #changed = new Set<string>();
  readonly #gone = new Set<string>();
  readonly #seen = new WeakMap<AnyActorRef, AnyMachineSnapshot>();
  readonly #written = new Map<string, string>();
  /** By actor, the order numbers of its unprocessed events; each leads to one snapshot. */
  readonly #turns = new WeakMap<AnyActorRef, number[]>();
  readonly #events = new EventQueue();
  /** By service, the turn of its last exit, while that may not be durable. */
  readonly #unsavedExits = new Map<string, number>();
  readonly #writer: RetryingWriter;
  #turn = 0;
  /** The scheduled end of this turn of the event loop, if something happened in it. */
  #tick: NodeJS.Immediate | null = null;
  /** The timer that ends the gathering of changes, if there are any. */
  #gathering: unknown = null;
  #flushing: Promise<void> | null = null;

  constructor(options: RecorderOptions, rows: readonly ActorRow[]) {
    const { log, timers = wallTimers } = options;
    this.#options = options;
    this.#writer = new RetryingWriter({
      write: () => this.flush(),
      onWritten: () => {
        this.#writer.reset();
        if (this.#hasMore()) this.#writeSoon();
      },
      onFailed: (error, retryMs) => {
        log.error({ err: error, retryMs }, 'cannot write a state change; will retry');
      },
      ...{ firstMs: FIRST_RETRY_MS, slowestMs: SLOWEST_RETRY_MS, timers },
    });
    for (const row of rows) this.#written.set(row.path, row.snapshot);
  }

  /**
   * The observer for `createActor(root, { inspect })`. It never throws: that would block the observed actor for good.
   */
  readonly inspect = (event: InspectionEvent): void => {
    if (this.#writer.isClosed) return;
    try {
      this.#observe(event);
    } catch (error) {
      this.#options.log.error({ err: error }, 'unexpected error while recording an actor');
    }
  };

  /** Writes what is dirty now. Resolves when it is durable; rejects if it could not be written. */
  async flush(): Promise<void> {
    while (this.#flushing) await this.#flushing.catch(() => undefined); // its failure is reported where it was started
    if (!this.#hasMore()) return;
    this.#flushing = this.#commit().finally(() => (this.#flushing = null));
    await this.#flushing;
  }

  /** Writes what is dirty now, so that reads of the store find it. Never rejects: a failed write is retried. */
  async written(): Promise<void> {
    await this.flush().catch(() => undefined);
  }

  /** Resolves when the exits of this service that were recorded so far are durable; rejects if they cannot be saved. */
  async exitsSaved(id: ServiceId): Promise<void> {
    if (this.#unsavedExits.has(id)) await this.flush();
  }

  /** The stored row of this path is gone: the current state of its actor has to be written. */
  forget(path: string): void {
    this.#written.delete(path);
  }

  /** Adds an event that does not follow from a snapshot. */
  note(draft: JournalDraft): void {
    this.#turn += 1;
    this.#events.add({ turn: this.#turn, draft });
    this.#arm();
  }

  /** The store is available again: retries now. */
  retry(): void {
    this.#writer.retryNow();
  }

  /**
   * Writes the rest and stops recording: the `stopped` snapshots of a closing host must not be stored. An unavailable
   * store does not keep the host from shutting down: the next one finds intentions and processes as they are, and only
   * journal events are lost.
   */
  async close(): Promise<void> {
    this.#writer.close();
    this.#endGathering();
    await this.flush().catch((error: unknown) => {
      const events = this.#events.published;
      this.#options.log.error({ err: error, events }, 'cannot write the last state changes');
    });
  }

  #observe(event: InspectionEvent): void {
    if (event.type === '@xstate.event') {
      // An actor's snapshot arrives after those of the actors it sent events to: the entries are put into causal order.
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
    this.#options.log.error({ actor: source.id, err: error }, 'an actor crashed and is being replaced');
    const detail = { actor: source.id, message: error?.message ?? 'unknown' };
    this.note({ ...NOBODY, at: this.#options.clock.now(), type: 'actor.crashed', cause: 'exception', detail });
  }

  #journal(ref: AnyActorRef, before: AnyMachineSnapshot | null, after: AnyMachineSnapshot, origin: Origin): void {
    const src = ref.src;
    if (src !== 'service' && src !== 'agent') return;
    const past: Seen | null = before === null ? null : { src, snapshot: before };
    const events = eventsBetween(
      past,
      { src, snapshot: after },
      causeOf(origin.type) ?? 'unknown',
      this.#options.clock.now(),
    );
    for (const draft of events) {
      this.#events.add({ turn: origin.turn, draft });
      if (draft.type === 'process.exited' && draft.serviceId !== null)
        this.#unsavedExits.set(draft.serviceId, this.#turn);
    }
  }

  #turnsOf(ref: AnyActorRef): number[] {
    const turns = this.#turns.get(ref) ?? [];
    this.#turns.set(ref, turns);
    return turns;
  }

  #hasMore(): boolean {
    return this.#dirty.size + this.#gone.size + this.#events.size > 0;
  }

  #arm(): void {
    if (this.#tick !== null || this.#writer.isClosed) return;
    this.#tick = setImmediate(() => {
      this.#tick = null;
      const changed = [...this.#changed];
      this.#changed.clear();
      for (const path of changed) this.#options.onChanged(path);
      this.#writeSoon();
    });
  }

  /** Changes during a write go with the next one. */
  #writeSoon(): void {
    const { gatherMs = 0, timers = wallTimers } = this.#options;
    if (gatherMs === 0) {
      this.#writer.write();
      return;
    }
    this.#gathering ??= timers.setTimeout(() => {
      this.#gathering = null;
      this.#writer.write();
    }, gatherMs);
  }

  #endGathering(): void {
    if (this.#gathering !== null) (this.#options.timers ?? wallTimers).clearTimeout(this.#gathering);
    this.#gathering = null;
  }

  async #commit(): Promise<void> {
    const { store, clock } = this.#options;
    const dirty = [...this.#dirty];
    const rows = dirty.flatMap((path) => rowOf(this.#live.get(path)) ?? []);
    const upserts = rows.filter((row) => this.#written.get(row.path) !== row.snapshot);
    const removals = [...this.#gone];
    const taken = this.#events.take();
    const turn = this.#turn;
    this.#dirty.clear();
    this.#gone.clear();
    const drafts = inOrder(taken, clock.now());
    if (upserts.length + removals.length + drafts.length === 0) return;
    try {
      this.#options.crashPoint?.('before-commit');
      await this.#options.journal.write(drafts, (journal) =>
        store.commitActors({ upserts, removals, journal, updatedAt: clock.now() }),
      );
      this.#options.crashPoint?.('after-commit');
    } catch (error) {
      for (const path of dirty) if (this.#live.has(path)) this.#dirty.add(path);
      for (const path of removals) if (!this.#live.has(path)) this.#gone.add(path);
      this.#events.giveBack(taken);
      throw error;
    }
    for (const [id, exitedAt] of this.#unsavedExits) if (exitedAt <= turn) this.#unsavedExits.delete(id);
    for (const row of upserts) this.#written.set(row.path, row.snapshot);
    for (const path of removals) this.#written.delete(path);
  }
}

const NOBODY = { agentId: null, serviceId: null, from: null, to: null, correlationId: null } as const;
