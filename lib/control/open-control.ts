import type { ServicePorts } from '../actors/service/effects.ts';
import { createSupervisorMachine } from '../actors/supervisor/machine.ts';
import type { JournalDraft, JournalEntry } from '../model/journal.ts';
import { processLabel } from '../model/process.ts';
import { isoOf } from '../model/values/time.ts';
import type { Orphan } from '../ports/process-host.ts';
import type { WebhookHost } from '../ports/webhooks.ts';
import type { ActorRow } from '../ports/actor-store.ts';
import { wallTimers } from '../ports/wall-timers.ts';
import { Changes } from './commands/actor-changes.ts';
import { CommandLog } from './commands/command-log.ts';
import type { OpenControl } from './control.ts';
import { ReportingCatalog } from './health/observed-process-host.ts';
import type { HostPorts } from './host-ports.ts';
import { Host } from './host.ts';
import { Intentions } from './intentions.ts';
import { healthEvent, hostEvent } from './journal/events.ts';
import { openFeed } from './journal/feed.ts';
import { Journal } from './journal/journal.ts';
import { Recorder } from './journal/recorder.ts';
import { LaunchAfterCommit } from './launch-after-commit.ts';
import { LaunchPorts, probingAtPorts } from './launch-ports.ts';
import { PolledLaunchGate } from './polled-launch-gate.ts';
import { eventView } from './queries/views.ts';
import { recover } from './recovery/recovery.ts';
import { Notices } from './health/notices.ts';
import { IntentionCopier } from './recovery/intention-copier.ts';
import { copyNotice, storedIntentions, type StoredIntentions } from './recovery/stored-intentions.ts';
import type { RuntimeBase } from './runtime.ts';
import { openUsageSampler } from './usage/open-sampler.ts';

/**
 * Restores every stored actor, starts the host services, and returns the control of the host. `machineOf` makes the root
 * machine from what the host has opened; default: one over its ports.
 */
export async function openControl(ports: HostPorts, machineOf = rootMachine): Promise<OpenControl> {
  const { clock, identity } = ports;
  let host: Host | null = null; // nothing to continue before the actors are restored
  const early: JournalEntry[] = [];
  let started: (host: Host) => void = () => undefined;
  const hosted = new Promise<Host>((resolve) => (started = resolve));
  const onEvents: HostPorts['onEvents'] = (events) => {
    ports.onEvents?.(events);
    if (host === null) early.push(...events);
    else host.saw(events);
  };
  const { base: withoutWebhooks, rows } = await openRuntime({ ...ports, onEvents });
  const { recorder } = withoutWebhooks;
  watchStore(withoutWebhooks, () => host?.storeAvailable());
  // Before anything else happens in this host: a new webhook gets the event that it started.
  const base = await withWebhooks(withoutWebhooks, {
    tail: async (event) => (await hosted).tailOf(event),
    isFailing: async (event) => (await hosted).queries.isFailing(event),
  });
  const { processId: pid, version } = identity;
  recorder.note(hostEvent('host.started', clock.now(), { pid, version, alive_until: await aliveUntil(ports) }));
  ports.health.onStatus = (reasons) => {
    recorder.note(healthEvent(reasons, clock.now()));
  };
  const runtime = await recover(base, rows, machineOf(base));
  host = new Host(runtime);
  host.saw(early);
  // Events are numbered when they are written, commands immediately: the start of the host must come before its first
  // commands.
  await recorder.written();
  await host.start();
  host.onClose = openUsageSampler(runtime);
  started(host);
  return host;
}

/** Until when an earlier host was known to be alive: its last event, or its last samples. Null: there was none. */
async function aliveUntil({ store, usage }: HostPorts): Promise<string | null> {
  const [[event], sampled] = await Promise.all([
    store.history({ after: 0, order: 'newest_first', limit: 1 }),
    usage.history.newest(),
  ]);
  return event === undefined ? null : isoOf(Math.max(event.at, sampled ?? 0));
}

function rootMachine(base: RuntimeBase): ReturnType<typeof createSupervisorMachine> {
  return createSupervisorMachine(actorPorts(base), base.ports.clock);
}

/** Reads what an earlier host stored and sets up what stores new changes. Throws StoreUnavailableError. */
export async function openRuntime(
  ports: HostPorts,
): Promise<{ readonly base: RuntimeBase; readonly rows: readonly ActorRow[] }> {
  const {
    store,
    files,
    processes,
    specs,
    health,
    onEvents,
    crashPoint,
    clock,
    log,
    gatherMs,
    timers = wallTimers,
  } = ports;
  health.include(() => processes.problems());
  health.include(() => orphanProblem(processes.heldOrphans()));
  const notices = new Notices(await files.readNotices(), { files, clock, timers, log });
  health.include(() => notices.all().map(({ message }) => message));
  const rows = await store.loadActors();
  const stored = await storedIntentions(store, files, ports.found?.isStoreLost === true);
  const { newest } = stored;
  const intentions = new Intentions(stored.intentions);
  const feed = await openFeed({ store, timers, newest, numbered: () => journal.last });
  const journal = new Journal(newest, (events) => {
    onEvents?.(events);
    feed.publish(events);
  });
  const changes = new Changes();
  const recorder = new Recorder(
    { store, journal, clock, timers, log, gatherMs, onChanged: changes.notify, crashPoint },
    rows,
  );
  const { inherited = {} } = ports;
  const commandLog = new CommandLog({ store, intentions, journal, clock, inherited, crashPoint });
  const copier = new IntentionCopier({ files, intentions, newest: () => feed.newest, timers, log });
  const configuration = { specs };
  const writers = { journal, recorder, commandLog, notices, copier };
  const base = { ports, timers, configuration, intentions, feed, changes, ...writers };
  await noteFindings(base, stored);
  return { base, rows };
}

const MAX_NAMED = 5;

/** One sentence for all orphans that are left alone. */
function orphanProblem(orphans: readonly Orphan[]): readonly string[] {
  if (orphans.length === 0) return [];
  const named = orphans
    .slice(0, MAX_NAMED)
    .map((orphan) => `${orphan.serviceId ?? 'unknown'} (${processLabel(orphan)})`);
  const more = orphans.length > MAX_NAMED ? ` and ${orphans.length - MAX_NAMED} more` : '';
  return [
    orphans.length === 1
      ? `An orphan is alive and not supervised: ${named.join()}. Stop its service to end it.`
      : `${orphans.length} orphans are alive and not supervised: ${named.join(', ')}${more}. Stop their services to end them.`,
  ];
}

/** Stores what was restored, and adds the notices. */
async function noteFindings(base: RuntimeBase, { intentions, drop, finding }: StoredIntentions): Promise<void> {
  const { ports, journal, recorder, notices } = base;
  const { store, clock, log, found } = ports;
  const { recoveredFrom = null, copyOf = null } = found ?? {};
  if (finding !== null) {
    const event = hostEvent(finding.code === 'store_lost' ? 'store.lost' : 'store.outdated', clock.now(), {
      intentions: intentions.length,
    });
    notices.add(finding.code, finding.message);
    await journal
      .write([event], (entries) => store.commitIntentions({ put: intentions, drop, journal: entries }))
      .catch((error: unknown) => {
        log.error({ err: error }, 'the restored intentions cannot be stored yet; their copy is kept');
        recorder.note(event);
      });
  }
  if (recoveredFrom !== null) {
    recorder.note(hostEvent('store.recovered', clock.now(), { moved_to: recoveredFrom }));
    notices.add(
      'store_recovered',
      `The database was corrupt when a host started. The corrupt file was moved to "${recoveredFrom}", and what could be read was copied.${intentions.length > 0 ? '' : ' No intentions were found: start the agents again.'}`,
    );
  }
  if (copyOf !== null) {
    const { instanceId, stateDir, backedUpAt } = copyOf;
    const detail = { instance: instanceId, state_dir: stateDir, backed_up_at: backedUpAt };
    recorder.note(hostEvent('host.copied', clock.now(), detail));
    notices.add('state_copied', copyNotice(copyOf));
  }
}

/**
 * The ports of the actors: a launch waits until the exit of the one before is durable, and failed searches are reported
 * to the health.
 */
export function actorPorts({ ports, recorder, timers }: RuntimeBase): ServicePorts {
  const { processes, catalog, prober, health, portRegistry, clock } = ports;
  const note = (draft: JournalDraft): void => {
    recorder.note(draft);
  };
  return {
    processes: new LaunchAfterCommit(
      processes,
      recorder,
      new LaunchPorts({ registry: portRegistry, processes, clock, note }),
    ),
    gate: new PolledLaunchGate(
      () => [...health.obstacles(), ...(processes.obstacles?.() ?? [])],
      timers,
      (serviceId) => processes.obstacleTo?.(serviceId) ?? null,
    ),
    catalog: new ReportingCatalog(catalog, health),
    prober: probingAtPorts(prober, portRegistry),
  };
}

/** When the store is available again, pending changes are written and the host continues. */
function watchStore({ ports: { store, health }, recorder, timers }: RuntimeBase, onAvailable: () => void): void {
  const onBack = (): void => {
    recorder.retry();
    onAvailable();
  };
  health.watchStore({ probe: () => store.probe(), onBack, timers });
}

async function withWebhooks(base: RuntimeBase, started: Pick<WebhookHost, 'tail' | 'isFailing'>): Promise<RuntimeBase> {
  const { ports, feed, recorder } = base;
  const webhooks = ports.webhooks?.({
    feed: (query, signal) => feed.read(query, signal),
    newest: () => feed.newest,
    view: eventView,
    ...started,
    history: (query) => ports.store.history(query),
    note: ({ type, detail }) => {
      recorder.note(hostEvent(type, ports.clock.now(), detail));
    },
  });
  if (webhooks === undefined) return base;
  ports.health.include(() => webhooks.problems());
  await webhooks.configure(ports.specs.webhooks());
  return { ...base, webhooks };
}
