import { Changes } from './changes.ts';
import type { Clock } from '../ports/clock.ts';
import { comeUp } from './coming-up.ts';
import type { ControlDeps } from './control-deps.ts';
import type { OpenControl } from './control.ts';
import { hostFact } from './facts.ts';
import { openFeed } from './feed.ts';
import { ReportingCatalog, ReportingProcessHost } from './health-processes.ts';
import { ReportingStore } from './health-store.ts';
import { Health } from './health.ts';
import { HOST_START } from './host-services.ts';
import { hostParts } from './host-parts.ts';
import { Host } from './host.ts';
import { Intake } from './intake.ts';
import { Journal } from './journal.ts';
import { Recorder } from './recorder.ts';
import { recover } from './recovery.ts';
import { eventView } from './views.ts';
import { wallTimers } from './wall-timers.ts';
import { Wishes } from './wishes.ts';

/** Restores every remembered actor, brings the host services up, and answers for them all. */
export async function openControl(deps: ControlDeps): Promise<OpenControl> {
  const { crashPoint, clock, log, timers = wallTimers } = deps;
  const health = deps.health ?? new Health(clock, log);
  const store = new ReportingStore(deps.store, health, log);
  const processes = new ReportingProcessHost(deps.processes, health, () => recorder.flush());
  health.include(() => processes.troubles());
  const catalog = new ReportingCatalog(deps.catalog, health);
  const rows = await store.loadActors();
  const wishes = new Wishes(await store.loadWishes());
  const newest = await store.lastSeq();
  const feed = await openFeed({ store, timers, newest, numbered: () => journal.last });
  const journal = new Journal(newest, feed.publish);
  const changes = new Changes();
  const recorder = new Recorder({ store, journal, clock, timers, log, onChanged: changes.notify, crashPoint }, rows);
  const back: (() => void)[] = []; // nothing to go on with before the actors are back
  const onBack = (): void => {
    recorder.retry();
    void store.quarantineAgain(clock.now()); // never rejects
    for (const goOn of back) goOn();
  };
  health.watchStore({ probe: () => store.probe(), onBack, timers });
  // Before anything happens in this host: a new webhook is told that it started.
  const webhooks = deps.webhooks?.({
    feed: (query, signal) => feed.read(query, signal),
    newest: () => feed.newest,
    view: eventView,
    note: ({ type, detail }) => {
      recorder.note(hostFact(type, clock.now(), detail));
    },
  });
  if (webhooks !== undefined) health.include(() => webhooks.troubles());
  await webhooks?.configure(deps.specs.webhooks());
  const { processId, version } = deps.identity;
  recorder.note(hostFact('host.started', clock.now(), { pid: processId, version }));
  noteRecovery(deps.recoveredFrom ?? null, health, recorder, clock);
  const root = await recover({
    store,
    rows,
    wishes,
    processes,
    catalog,
    prober: deps.prober,
    recorder,
    clock,
    timers: deps.timers,
    log,
    crashPoint,
  });
  const intake = new Intake({ store, wishes, journal, clock, crashPoint });
  const configuration = { specs: deps.specs };
  const flush = (): Promise<void> => recorder.flush();
  const acting = { root, configuration, wishes, changes, intake, processes, flush, log };
  const parts = hostParts(acting, { store, recorder, feed, health, clock, timers, webhooks });
  back.push(() => {
    parts.removal.completeAll(HOST_START);
  });
  // Facts get their numbers when they are written, commands at once: that the host started comes before what it then asks for.
  await recorder.flush().catch(() => undefined); // what cannot be written is told, and tried again by the recorder
  await comeUp(parts, deps.specs);
  return new Host(deps, parts);
}

/** A store that began anew is something that a person has to know for as long as this host lives. */
function noteRecovery(movedTo: string | null, health: Health, recorder: Recorder, clock: Clock): void {
  if (movedTo === null) return;
  recorder.note(hostFact('store.recovered', clock.now(), { moved_to: movedTo }));
  health.remark(
    `The store was corrupt when this host started; it was moved to "${movedTo}", and what could be read of it was kept.`,
  );
}
