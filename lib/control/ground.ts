import type { ActorRow, ActorStore } from '../ports/actor-store.ts';
import type { Timers } from '../ports/clock.ts';
import type { ProcessHost } from '../ports/process-host.ts';
import { Changes } from './changes.ts';
import type { ControlDeps } from './control-deps.ts';
import { openFeed, type Feed } from './feed.ts';
import { ReportingCatalog } from './health-processes.ts';
import type { Health } from './health.ts';
import { Journal } from './journal.ts';
import { LaunchAfterCommit } from './launch-after-commit.ts';
import { Recorder } from './recorder.ts';
import { wallTimers } from '../ports/wall-timers.ts';
import { Wishes } from './wishes.ts';

/** What a host stands on before its actors are back: its ports, which report how they do, what was kept, and who keeps what comes. */
export interface Ground {
  readonly health: Health;
  readonly timers: Timers;
  readonly store: ActorStore;
  readonly processes: ProcessHost;
  /** The same, for actors. */
  readonly launches: LaunchAfterCommit;
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
  const { store, processes, health, onFacts, crashPoint, clock, log, timers = wallTimers } = deps;
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
  const durability = { obstacles: () => health.obstacles(), commit: () => recorder.flush() };
  const launches = new LaunchAfterCommit(processes, durability);
  return { health, timers, store, processes, launches, catalog, rows, wishes, journal, feed, changes, recorder };
}
