import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ServeOptions } from './options.ts';
import { createCatalog } from '../config/catalog.ts';
import { Health } from '../control/health/health.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Guarantees } from '../model/process.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReachCrashPoint } from '../ports/crash-points.ts';
import type { HostFiles } from '../ports/host-files.ts';
import type { Log } from '../ports/log.ts';
import type { PortRegistry } from '../ports/port-registry.ts';
import type { Original } from '../model/original.ts';
import type { Prober } from '../ports/prober.ts';
import { processesOf } from '../process/adopt/tagged-processes.ts';
import { createLocalProcessHost, type LocalHost } from '../process/local-process-host.ts';
import { openServiceLogs, type LocalServiceLogs } from '../logs/local-service-logs.ts';
import { bestShimKind, guaranteesOf, guardOf, punchCommandOf } from '../process/launch/shim-kind.ts';
import { systemAccounts } from '../process/os/accounts.ts';
import { portFinder } from '../process/os/free-port.ts';
import { createProber } from '../probe/prober.ts';
import { PatientWriter } from '../store/patient-writer.ts';
import { StateFiles } from '../store/state-files.ts';
import { identifyStateDir, instanceAt, type StateIdentity } from '../store/state-identity.ts';
import { openStore, type Store } from '../store/store.ts';
import { wallTimers } from '../ports/wall-timers.ts';
import type { CleanupStack } from './cleanup-stack.ts';
import { bootId } from '../process/os/process-identity.ts';
import { OriginalWatch } from './original-watch.ts';
import { StateCheck } from './state-check.ts';
import type { OnStoreWrite } from '../ports/store-writes.ts';

export interface AdapterSettings {
  readonly options: ServeOptions;
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
  readonly processes: LocalHost;
  readonly logs: LocalServiceLogs;
  readonly prober: Prober;
  readonly portRegistry: PortRegistry;
  readonly catalog: Catalog;
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
  const processes = await createLocalProcessHost({
    ...{ stateDir, basePath, instanceId, instanceAt, ledger: store.ledger, log, clock },
    ownsRecords: relation !== 'copy',
    hostUrl: () => settings.url,
    crashPoint: settings.crashPoint,
    orphans: options.orphans,
    accounts,
  });
  cleanup.add(() => processes.close());
  const shim = bestShimKind();
  const punchCommand = punchCommandOf(shim);
  const logs = await openServiceLogs({ stateDir, status: (id) => processes.status(id), log, punchCommand });
  cleanup.add(() => logs.close());
  const prober = createProber({
    ...{ logs, clock, basePath, log, accounts },
    execGuard: guardOf(shim),
    meter: metrics.probes,
  });
  cleanup.add(() => {
    prober.close();
  });
  await check.begin(store);
  health.include(() => check.problems, { areObstacles: true });
  if (original !== null) await watchOriginal(original, { health, log }, cleanup);
  const files = new StateFiles(stateDir, { guard: check, log });
  const catalog = createCatalog({ basePath, exclude: [stateDir], roots: options.executableRoots, log });
  const guarantees = { ...guaranteesOf(shim), losslessRotation: logs.isLossless };
  const portRegistry = await store.portRegistry(portFinder());
  return {
    identity,
    isStoreLost,
    files,
    health,
    check,
    store,
    processes,
    logs,
    prober,
    portRegistry,
    catalog,
    guarantees,
  };
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
