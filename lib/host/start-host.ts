import type { LoadedConfig } from '../config/spec-source.ts';
import type { HostPorts } from '../control/host-ports.ts';
import type { OpenControl } from '../control/control.ts';
import { openControl } from '../control/open-control.ts';
import { PolledLaunchGate } from '../control/polled-launch-gate.ts';
import { createHttpApp, type HttpApp } from '../http/app.ts';
import { ActorRoots } from '../inspect/actor-roots.ts';
import { openInspector, type Inspector } from '../inspect/inspector.ts';
import { configOf } from '../machines/config.ts';
import { machineLibrary } from '../machines/library.ts';
import { Metrics } from '../metrics/metrics.ts';
import { inheritable } from '../model/environment.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReachCrashPoint } from '../ports/crash-points.ts';
import { openWebhooks } from '../webhook/webhooks.ts';
import { chosenEngine } from './engine/open-engine.ts';
import { openAdapters, type Adapters } from './adapters.ts';
import { CleanupStack } from './cleanup-stack.ts';
import { crashAt } from './crash-points.ts';
import { openListener, type Listener } from './listener.ts';
import { HeapKeeper } from './heap.ts';
import type { AppLog } from './log.ts';
import { builtDrawing, hostMachines } from './machines.ts';
import { OperatorLog } from './operator-log.ts';
import type { ServeOptions } from './options.ts';
import { ObservedProcessHost } from '../control/health/observed-process-host.ts';
import { usingStateFolder } from '../store/state-folder.ts';
import { wallTimers } from '../ports/wall-timers.ts';
import { userName } from '../process/os/accounts.ts';
import { kernelPeerUsers } from './peer-users.ts';
import { RunningHost, type Host } from './running-host.ts';
import { hostVersion } from './version.ts';

/** Long enough for all steps of a launch, or of a stop, to be one write, which then does not delay their answers; events are published that much later. */
const GATHER_MS = 12;

const systemClock: Clock = { now: () => Date.now(), random: () => Math.random() };

interface Start {
  readonly options: ServeOptions;
  readonly config: LoadedConfig;
  readonly log: AppLog;
  readonly version: string;
  readonly metrics: Metrics;
  readonly crashPoint: ReachCrashPoint | undefined;
}

/** Builds a host from its parts and restores its actors. If a step fails, everything opened is closed again. */
export async function startHost(options: ServeOptions, config: LoadedConfig, log: AppLog): Promise<Host> {
  const cleanup = new CleanupStack();
  const version = hostVersion();
  const metrics = new Metrics({ version, startedAt: Math.round(performance.timeOrigin) });
  const crashPoint = crashAt(process.env['COREDINATOR_CRASH_AT']);
  try {
    return await open({ options, config, log, version, metrics, crashPoint }, cleanup);
  } catch (error) {
    await cleanup.all();
    throw error;
  }
}

async function open(start: Start, cleanup: CleanupStack): Promise<Host> {
  const { options, log, version, metrics, crashPoint } = start;
  const listener = await openListener(options, version, log, cleanup);
  const url = options.advertiseUrl ?? listener.listening.url;
  const settings = {
    options,
    engine: chosenEngine(options.engine, start.config.effective.engine),
    url,
    clock: systemClock,
    log,
    metrics,
    crashPoint,
  };
  const adapters = await usingStateFolder(options.stateDir, () => openAdapters(settings, cleanup));
  adapters.health.include(() => listener.problems());
  const operatorLog = new OperatorLog(log, adapters.logs);
  const heap = new HeapKeeper(wallTimers);
  const roots = new ActorRoots();
  const control = await openControl(hostPorts(start, adapters, { operatorLog, heap, roots }));
  roots.add(control.root);
  adapters.health.logChanges(wallTimers);
  adapters.logs.keepBounded(() => control.logBounds());
  const inspector = openInspector({ roots, clock: systemClock, timers: wallTimers, configOf, log });
  const app = apiOf(start, listener, adapters, { control, inspector });
  metrics.ready(performance.now() / 1_000, control.measured(), adapters.engine.usage);
  listener.startingResponse.open(app);
  return new RunningHost({ listener, adapters, control, inspector, operatorLog, heap });
}

function hostPorts(
  { options, config, log, version, metrics, crashPoint }: Start,
  adapters: Adapters,
  {
    operatorLog,
    heap,
    roots,
  }: { readonly operatorLog: OperatorLog; readonly heap: HeapKeeper; readonly roots: ActorRoots },
): HostPorts {
  const { identity, isStoreLost, files, health, store, engine, logs, prober, portRegistry, guarantees } = adapters;
  return {
    store: store.actors,
    launches: store.launches,
    configurations: store.configurations,
    onEvents: (events) => {
      metrics.events.published(events);
      operatorLog.published(events);
      heap.stir();
    },
    specs: config.specSource,
    processes: new ObservedProcessHost(engine.processes, health, metrics.processes),
    ...{ prober, portRegistry, logs, catalog: engine.catalog, health, clock: systemClock, log, crashPoint },
    usage: { usage: engine.usage, vitals: metrics.vitals, history: store.usage },
    webhooks: openWebhooks({
      registry: store.webhooks,
      clock: systemClock,
      log,
      onActor: (actor) => roots.add(actor),
      identity: { instance: identity.instanceId, version },
    }),
    files,
    found: {
      isStoreLost,
      recoveredFrom: store.recoveredFrom,
      copyOf: identity.relation === 'copy' ? identity.original : null,
    },
    exitMode: options.onExit,
    gatherMs: GATHER_MS,
    inherited: inheritable(process.env),
    identity: { name: options.name, processId: process.pid, version, guarantees },
  };
}

/** The API of a host, including its statecharts, as definitions and live. */
function apiOf(
  { options, log, version, metrics: { exposition, requests: meter } }: Start,
  { access }: Listener,
  { engine: { processes, catalog }, prober, health }: Adapters,
  { control, inspector }: { readonly control: OpenControl; readonly inspector: Inspector },
): HttpApp {
  const gate = new PolledLaunchGate(() => health.obstacles(), wallTimers);
  const machines = machineLibrary(() => hostMachines({ processes, gate, catalog, prober }, systemClock), builtDrawing);
  const upgrades = { '/inspector/ws': inspector.accept };
  const isUnixSocket = options.place.type === 'unix';
  const shown = { exposition, machines, meter, upgrades };
  const peerUsers = kernelPeerUsers(userName);
  return createHttpApp({ ...options, access, isUnixSocket, peerUsers, control, ...shown, log, version });
}
