import type { ActorRow, ActorStore } from '../ports/actor-store.ts';
import type { Timers } from '../ports/clock.ts';
import { Changes } from './changes.ts';
import type { ControlDeps } from './control-deps.ts';
import { openFeed, type Feed } from './feed.ts';
import { ReportingCatalog, ReportingProcessHost } from './health-processes.ts';
import type { Health } from './health.ts';
import { Journal } from './journal.ts';
import { Recorder } from './recorder.ts';
import { wallTimers } from './wall-timers.ts';
import { Wishes } from './wishes.ts';

/** What a host stands on before its actors are back: its ports, which report how they do, what was kept, and who keeps what comes. */
export interface Ground {
  readonly health: Health;
  readonly timers: Timers;
  readonly store: ActorStore;
  readonly processes: ReportingProcessHost;
  readonly catalog: ReportingCatalog;
  /** The actors as they were kept. */
  readonly rows: readonly ActorRow[];
  readonly wishes: Wishes;
  readonly journal: Journal;
  readonly feed: Feed;
  readonly changes: Changes;
  readonly recorder: Recorder;
}

/** Reads what an earlier host kept. Throws StoreUnavailableError. */
export async function openGround(deps: ControlDeps): Promise<Ground> {
  const { store, health, onFacts, crashPoint, clock, log, timers = wallTimers } = deps;
  const processes = new ReportingProcessHost(deps.processes, health, () => recorder.flush());
  health.include(() => processes.troubles());
  const catalog = new ReportingCatalog(deps.catalog, health);
  const rows = await store.loadActors();
  const wishes = new Wishes(await store.loadWishes());
  const newest = await store.lastSeq();
  const feed = await openFeed({ store, timers, newest, numbered: () => journal.last });
  const journal = new Journal(newest, (facts) => {
    onFacts?.(facts);
    feed.publish(facts);
  });
  const changes = new Changes();
  const recorder = new Recorder({ store, journal, clock, timers, log, onChanged: changes.notify, crashPoint }, rows);
  return { health, timers, store, processes, catalog, rows, wishes, journal, feed, changes, recorder };
}
