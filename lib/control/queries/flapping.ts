import type { JournalEntry } from '../../model/journal.ts';
import { flappingAt, FLAPPING_WITHIN_MS, type Flapping, type KnownRestarts } from '../../model/policy/flapping.ts';
import type { ActorStore } from '../../ports/actor-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';

/** Of a service that is restarted more often, only this many of its newest restarts are remembered. */
const MAX_REMEMBERED = 500;
const PAGE = 1_000;
/** More than an hour of events of 1,000 services that flap: the newest ones of each are what counts. */
const MAX_PAGES = 20;

interface RestartTimesContext {
  readonly store: Pick<ActorStore, 'history'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/**
 * When the restart policy has restarted services in the last hour: from the events of this host, and from what earlier
 * hosts wrote into the journal.
 */
export class RestartTimes {
  readonly #context: RestartTimesContext;
  readonly #known = new Map<string, KnownRestarts>();
  /** The first event of this host; older ones are in the journal only. */
  #firstSeq: number | null = null;
  #earlier: 'unread' | 'reading' | 'read' = 'unread';

  constructor(context: RestartTimesContext) {
    this.#context = context;
  }

  /** Takes durable events. */
  saw(events: readonly JournalEntry[]): void {
    this.#firstSeq ??= events[0]?.seq ?? null;
    for (const { at, serviceId, ...event } of events) {
      if (serviceId !== null && isRestart(event)) this.#add(serviceId, { times: [at], cutAt: null });
    }
  }

  /** Adds the restarts under earlier hosts. A store that cannot be read is asked again at the next call. */
  async complete(): Promise<void> {
    if (this.#earlier !== 'unread' || this.#firstSeq === null) return;
    this.#earlier = 'reading';
    try {
      for (const [serviceId, earlier] of await this.#readEarlier(this.#firstSeq)) this.#add(serviceId, earlier);
      this.#earlier = 'read';
    } catch (err) {
      this.#earlier = 'unread';
      this.#context.log.warn({ err }, 'cannot read which services were restarted before this host started');
    }
  }

  /** Whether a service flaps; null: it does not. */
  of(serviceId: string): Flapping | null {
    const known = this.#known.get(serviceId);
    return known === undefined ? null : flappingAt(known, this.#context.clock.now());
  }

  async #readEarlier(firstSeq: number): Promise<ReadonlyMap<string, KnownRestarts>> {
    const { store, clock } = this.#context;
    const since = clock.now() - FLAPPING_WITHIN_MS;
    const found = new Map<string, KnownRestarts>();
    let before = firstSeq;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = { type: 'service.state_changed', order: 'newest_first', after: 0, limit: PAGE } as const;
      const events = await store.history({ ...query, before, since });
      for (const { serviceId, at, repeated, ...event } of events) {
        if (serviceId === null || !isRestart(event)) continue;
        const { times, cutAt } = found.get(serviceId) ?? { times: [], cutAt: null };
        // Those between a condensed event and the first of its day have no times of their own.
        found.set(serviceId, { times: [at, ...times], cutAt: cutAt ?? (repeated === undefined ? null : at) });
      }
      before = events.at(-1)?.seq ?? 0;
      if (events.length < PAGE) break;
    }
    return found;
  }

  #add(serviceId: string, added: KnownRestarts): void {
    const known = this.#known.get(serviceId) ?? { times: [], cutAt: null };
    const begin = this.#context.clock.now() - FLAPPING_WITHIN_MS;
    const times = [...known.times, ...added.times].filter((at) => at > begin).sort((one, other) => one - other);
    const dropped = times.at(-1 - MAX_REMEMBERED) ?? null;
    const cuts = [known.cutAt, added.cutAt, dropped].filter((at) => at !== null);
    this.#known.set(serviceId, {
      times: times.slice(-MAX_REMEMBERED),
      cutAt: cuts.length === 0 ? null : Math.max(...cuts),
    });
  }
}

/** A launch after a failure that nobody asked for. */
function isRestart({ type, from, to, cause }: Pick<JournalEntry, 'type' | 'from' | 'to' | 'cause'>): boolean {
  return (
    type === 'service.state_changed' &&
    to === 'starting' &&
    cause === 'deadline' &&
    (from === 'backoff' || from === 'failed')
  );
}
