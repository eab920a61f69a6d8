import { join } from 'node:path';
import type { ServeOptions } from './options.ts';
import { createCatalog } from '../config/catalog.ts';
import { Health } from '../control/health/health.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Guarantees } from '../model/process.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReachCrashPoint } from '../ports/crash-points.ts';
import type { Log } from '../ports/log.ts';
import type { PortRegistry } from '../ports/port-registry.ts';
import type { Prober } from '../ports/prober.ts';
import { createLocalProcessHost, type LocalHost } from '../process/local-process-host.ts';
import { openServiceLogs, type LocalServiceLogs } from '../logs/local-service-logs.ts';
import { bestShimKind, guaranteesOf, guardOf, punchCommandOf } from '../process/launch/shim-kind.ts';
import { portFinder } from '../process/os/free-port.ts';
import { createProber } from '../probe/prober.ts';
import { instanceIdOf } from '../store/state-folder.ts';
import { openStore, type Store } from '../store/store.ts';
import { wallTimers } from '../ports/wall-timers.ts';
import type { CleanupStack } from './cleanup-stack.ts';
import { StateCheck } from './state-check.ts';
import type { OnStoreWrite } from '../ports/store-writes.ts';

/** What the ports of a host are opened with. */
export interface AdapterSettings {
  readonly options: ServeOptions;
  /** Where the API of this host answers: processes are told. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly crashPoint: ReachCrashPoint | undefined;
}

/** The adapters that the actors of a host act through, and where they report to. */
export interface Adapters {
  readonly instanceId: string;
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

/** Opens every adapter that acts on this machine; nothing is launched or stopped yet. */
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
  const store = await openStore({ file: join(stateDir, 'coredinator.db'), log, clock, onWrite, guard: check });
  cleanup.add(() => store.close());
  const instanceId = await instanceIdOf(stateDir);
  const processes = await createLocalProcessHost({
    ...{ stateDir, basePath, instanceId, ledger: store.ledger, log, clock },
    hostUrl: () => settings.url,
    crashPoint: settings.crashPoint,
    orphans: options.orphans,
  });
  cleanup.add(() => processes.close());
  const shim = bestShimKind();
  const punchCommand = punchCommandOf(shim);
  const logs = await openServiceLogs({ stateDir, status: (id) => processes.status(id), log, punchCommand });
  cleanup.add(() => logs.close());
  const prober = createProber({ ...{ logs, clock, basePath, log }, execGuard: guardOf(shim), meter: metrics.probes });
  cleanup.add(() => {
    prober.close();
  });
  await check.begin(store);
  health.include(() => check.problems, { areObstacles: true });
  const catalog = createCatalog({ basePath, exclude: [stateDir], roots: options.executableRoots, log });
  const guarantees = { ...guaranteesOf(shim), losslessRotation: logs.isLossless };
  const portRegistry = await store.portRegistry(portFinder());
  return { instanceId, health, check, store, processes, logs, prober, portRegistry, catalog, guarantees };
}
