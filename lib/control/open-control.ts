import { Changes } from './changes.ts';
import { Commands } from './commands.ts';
import type { Clock } from '../ports/clock.ts';
import type { ControlDeps } from './control-deps.ts';
import type { OpenControl } from './control.ts';
import { hostFact } from './facts.ts';
import { ReportingCatalog, ReportingProcessHost } from './health-processes.ts';
import { ReportingStore } from './health-store.ts';
import { Health } from './health.ts';
import { bringUpHostServices } from './host-services.ts';
import { Host } from './host.ts';
import { Recorder } from './recorder.ts';
import { recover } from './recovery.ts';
import { Sequence } from './sequence.ts';
import { wallTimers } from './wall-timers.ts';
import { Wishes } from './wishes.ts';

/** Restores every remembered actor, brings the host services up, and answers for them all. */
export async function openControl(deps: ControlDeps): Promise<OpenControl> {
  const { crashPoint, clock, log, timers = wallTimers } = deps;
  const health = deps.health ?? new Health(clock, log);
  const store = new ReportingStore(deps.store, health, log);
  const processes = new ReportingProcessHost(deps.processes, health, () => recorder.flush());
  health.watchProcesses(() => processes.troubles());
  const catalog = new ReportingCatalog(deps.catalog, health);
  const rows = await store.loadActors();
  const wishes = new Wishes(await store.loadWishes());
  const sequence = new Sequence(await store.lastSeq());
  const changes = new Changes();
  const recorder = new Recorder({ store, sequence, clock, timers, log, onChanged: changes.notify, crashPoint }, rows);
  const onBack = (): void => {
    recorder.retry();
    void store.quarantineAgain(clock.now()); // never rejects
  };
  health.watchStore({ probe: () => store.probe(), onBack, timers });
  const { processId, version } = deps.identity;
  recorder.note(hostFact('host.started', clock.now(), { pid: processId, version }));
  noteRecovery(deps.recoveredFrom ?? null, health, recorder, clock);
  const root = await recover({
    store,
    rows,
    wishes,
    processes,
    catalog,
    recorder,
    clock,
    timers: deps.timers,
    log,
    crashPoint,
  });
  const commands = new Commands({ root, specs: deps.specs, store, wishes, sequence, changes, clock, crashPoint });
  await bringUpHostServices(deps.specs, wishes, commands);
  return new Host(deps, { root, wishes, changes, recorder, commands, health });
}

/** A store that began anew is something that a person has to know for as long as this host lives. */
function noteRecovery(movedTo: string | null, health: Health, recorder: Recorder, clock: Clock): void {
  if (movedTo === null) return;
  recorder.note(hostFact('store.recovered', clock.now(), { moved_to: movedTo }));
  health.remark(
    `The store was corrupt when this host started; it was moved to "${movedTo}", and what could be read of it was kept.`,
  );
}
