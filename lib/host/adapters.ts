import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ServeOptions } from './options.ts';
import { Health } from '../control/health/health.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { EngineSettings } from '../model/engine.ts';
import { doubtOf, type Guarantees } from '../model/process.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReachCrashPoint } from '../ports/crash-points.ts';
import type { Engine } from '../ports/engine/engine.ts';
import type { HostFiles } from '../ports/host-files.ts';
import type { Log } from '../ports/log.ts';
import type { PortRegistry } from '../ports/port-registry.ts';
import type { Original } from '../model/original.ts';
import type { Prober } from '../ports/prober.ts';
import { processesOf } from '../process/adopt/tagged-processes.ts';
import { openServiceLogs, type LocalServiceLogs } from '../logs/local-service-logs.ts';
import { bestShimKind, guardOf, punchCommandOf } from '../process/launch/shim-kind.ts';
import { systemAccounts } from '../process/os/accounts.ts';
import { createProber } from '../probe/prober.ts';
import { PatientWriter } from '../store/patient-writer.ts';
import { StateFiles } from '../store/state-files.ts';
import { identifyStateDir, type StateIdentity } from '../store/state-identity.ts';
import { openStore, type Store } from '../store/store.ts';
import { wallTimers } from '../ports/wall-timers.ts';
import type { CleanupStack } from './cleanup-stack.ts';
import { openEngine } from './engine/open-engine.ts';
import { bootId } from '../process/os/process-identity.ts';
import { OriginalWatch } from './original-watch.ts';
import { StateCheck } from './state-check.ts';
import type { OnStoreWrite } from '../ports/store-writes.ts';

export interface AdapterSettings {
  readonly options: ServeOptions;
  readonly engine: EngineSettings;
  /** The URL of the API of this host, which is given to processes. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly crashPoint: ReachCrashPoint | undefined;
}

/** The adapters through which the actors of a host act and report. */
export interface Adapters {
  readonly identity: StateIdentity;
  /** The store of a used state directory was gone when it was opened. */
  readonly isStoreLost: boolean;
  readonly files: HostFiles;
  readonly health: Health;
  readonly check: StateCheck;
  readonly store: Store;
  readonly engine: Engine;
  readonly logs: LocalServiceLogs;
  readonly prober: Prober;
  readonly portRegistry: PortRegistry;
  /** What is guaranteed for launches with the output as it is stored here. */
  readonly guarantees: Guarantees;
}

/** Opens all adapters; nothing is launched or stopped yet. */
export async function openAdapters(settings: AdapterSettings, cleanup: CleanupStack): Promise<Adapters> {
  const { options, clock, log, metrics } = settings;
  const { stateDir, basePath } = options;
  const health = new Health(clock, log);
  const onWrite: OnStoreWrite = (write) => {
    metrics.store.wrote(write);
    health.storeWrote(write);
  };
  const check = await StateCheck.of({ stateDir, basePath, timers: wallTimers, log });
  cleanup.add(() => {
    check.close();
  });
  const homesOf = (instanceId: string): readonly string[] => [
    ...new Set(processesOf(instanceId).flatMap(({ origin }) => origin.stateDir ?? [])),
  ];
  const identity = await identifyStateDir(stateDir, { bootId: bootId(), now: clock.now(), homesOf });
  const isStoreLost =
    (identity.relation !== 'new' || hasLaunched(stateDir)) && !existsSync(join(stateDir, 'coredinator.db'));
  const store = await openStore({ file: join(stateDir, 'coredinator.db'), log, clock, onWrite, guard: check });
  cleanup.add(() => store.close());
  const record = new PatientWriter(`The identity of the state directory "${stateDir}"`, () => identity.record());
  cleanup.add(() => {
    record.close();
  });
  await record.write();
  health.include(() => [record.problem ?? []].flat(), { areObstacles: true });
  const { instanceId, relation, original } = identity;
  const accounts = systemAccounts();
  const engine = await openEngine(settings.engine, {
    ...{ stateDir, basePath, instanceId, ledger: store.ledger, log, clock, accounts },
    executableRoots: options.executableRoots,
    ownsRecords: relation !== 'copy',
    hostUrl: () => settings.url,
    crashPoint: settings.crashPoint,
    orphans: options.orphans,
  });
  cleanup.add(() => engine.close());
  const { processes } = engine;
  const shim = bestShimKind(); // of commands of this host, not of launches
  const punchCommand = punchCommandOf(shim);
  const logs = await openServiceLogs({ stateDir, status: (id) => processes.status(id), log, punchCommand });
  cleanup.add(() => logs.close());
  const prober = createProber({
    ...{ logs, clock, basePath, log, accounts },
    execGuard: guardOf(shim),
    commands: engine.commands,
    meter: metrics.probes,
    doubt: (id) => doubtOf(processes.status(id)),
  });
  cleanup.add(() => {
    prober.close();
  });
  await check.begin(store);
  health.include(() => check.problems, { areObstacles: true });
  if (original !== null) await watchOriginal(original, { health, log }, cleanup);
  const files = new StateFiles(stateDir, { guard: check, log });
  const losslessRotation = engine.guarantees.losslessRotation && logs.isLossless;
  const guarantees = { ...engine.guarantees, losslessRotation };
  const portRegistry = await store.portRegistry(engine.ports);
  return { identity, isStoreLost, files, health, check, store, engine, logs, prober, portRegistry, guarantees };
}

async function watchOriginal(
  original: Original,
  { health, log }: { readonly health: Health; readonly log: Log },
  cleanup: CleanupStack,
): Promise<void> {
  const watch = await OriginalWatch.begin({ original, timers: wallTimers, log });
  cleanup.add(() => {
    watch.close();
  });
  health.include(() => watch.problems(), { areObstacles: true });
}

/** Whether launches of an earlier host left their records. */
function hasLaunched(stateDir: string): boolean {
  const run = join(stateDir, 'run');
  return existsSync(run) && readdirSync(run).length > 0;
}
