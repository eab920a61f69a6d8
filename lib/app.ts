import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AppLog } from './app-log.ts';
import type { ServeOptions } from './cli/options.ts';
import { hostVersion } from './cli/version.ts';
import { createCatalog } from './config/catalog.ts';
import type { LoadedConfig } from './config/spec-source.ts';
import { reportingLedger } from './control/health-store.ts';
import { Health } from './control/health.ts';
import type { ExitMode, OpenControl } from './control/control.ts';
import { openControl } from './control/open-control.ts';
import { wallTimers } from './control/wall-timers.ts';
import { crashAt } from './crash-at.ts';
import type { ReloadView } from './api/schemas/host.ts';
import { hostMachines } from './host-machines.ts';
import { createHttpApp, type HttpApp } from './http/app.ts';
import { listen, type Listening } from './http/listen.ts';
import { SECURITY_HEADERS } from './http/security-headers.ts';
import { readCertificate } from './http/tls-files.ts';
import { openAccess } from './http/tokens.ts';
import type { UpgradeListener } from './http/upgrades.ts';
import { openInspector, type Inspector } from './inspect/inspector.ts';
import { configOf } from './machines/config.ts';
import { machineLibrary } from './machines/library.ts';
import { Metrics } from './metrics/metrics.ts';
import type { Clock } from './ports/clock.ts';
import type { ReachCrashPoint } from './ports/crash-points.ts';
import type { LaunchLedger } from './ports/launch-ledger.ts';
import type { Prober } from './ports/prober.ts';
import type { ProcessHost } from './ports/process-host.ts';
import { findFreePort } from './process/free-port.ts';
import { createLocalProcessHost, type LocalHost } from './process/local-process-host.ts';
import { openServiceLogs, type LocalServiceLogs } from './process/logs/local-service-logs.ts';
import { createProber } from './probe/prober.ts';
import { bestShimKind, guaranteesOf, guardOf } from './process/shim-kind.ts';
import { acquireHostLock, type HostLock } from './store/host-lock.ts';
import { instanceIdOf } from './store/instance-id.ts';
import { prepareStateFolder } from './store/state-folder.ts';
import { openStore, type Store } from './store/store.ts';
import { openWebhooks } from './webhook/webhooks.ts';

/** How long requests under way may go on once the host leaves. */
const HTTP_GRACE_MS = 1_000;

/** How long a crashing host waits for its last fact to be written. */
const LAST_WORDS_MS = 1_000;

const systemClock: Clock = { now: () => Date.now(), random: () => Math.random() };

/** A host at work. */
export interface Host {
  /** Where the API answers. */
  readonly url: string;
  /** Ends the host: `drain` takes the services down first, `detach` leaves them running for the next host. */
  close(mode: ExitMode): Promise<void>;
  /** Resolves when a request asks the host to leave. */
  readonly shutdownAsked: Promise<ExitMode>;
  /** Kills what a drain still waits for. */
  hurry(): Promise<void>;
  /** Looks at tokens and certificate, reads every configuration file anew and changes what differs; rejects, and changes nothing, when one cannot be used. */
  reload(): Promise<ReloadView>;
  /** Writes down that a bug nobody caught ends the host; gives up when the store does not answer. */
  crashed(error: Error): Promise<void>;
}

/** What has been opened so far, to be closed in the reverse order. */
interface Parts {
  readonly lock: HostLock;
  readonly listening: Listening;
  readonly store: Store;
  readonly processes: ProcessHost;
  readonly prober: Prober;
  readonly logs: LocalServiceLogs;
  readonly control: OpenControl;
  readonly inspector: Inspector;
  /** What follows its files: tokens, the certificate. */
  readonly files: readonly { look(): void }[];
}

/**
 * Builds a host from its parts and brings back what it knew. The lock comes first, then the port, so that a second host or a taken
 * port ends the attempt before anything that runs is touched.
 */
export async function startHost(options: ServeOptions, config: LoadedConfig, log: AppLog): Promise<Host> {
  const undo: (() => Promise<void>)[] = [];
  const crashPoint = crashAt(process.env['COREDINATOR_CRASH_AT']);
  try {
    await prepareStateFolder(options.stateDir, log);
    const lock = await acquireHostLock(options.stateDir, { pid: process.pid });
    undo.push(() => lock.release());
    const version = hostVersion();
    const metrics = new Metrics({ version, startedAt: Math.round(performance.timeOrigin) });
    const gate = new Gate(version);
    const access = openAccess(options.access, log);
    const certificate = options.tls === null ? null : readCertificate(options.tls, log);
    const listening = await listen(gate, { place: options.place, certificate, version, log });
    undo.push(() => listening.close(0));
    await lock.update(listening.url);
    const store = await openStore({ file: join(options.stateDir, 'coredinator.db'), log, clock: systemClock });
    undo.push(() => store.close());
    const health = new Health(systemClock, log);
    health.include(() => [...access.troubles(), ...[certificate?.trouble() ?? []].flat()]);
    const ledger = reportingLedger(metrics.ledger(store.ledger), health);
    const processes = await openProcesses(options, ledger, listening.url, log, crashPoint);
    undo.push(() => processes.close());
    const logs = await openServiceLogs({ stateDir: options.stateDir, facts: (id) => processes.facts(id), log });
    undo.push(() => logs.close());
    const shim = bestShimKind();
    const { basePath } = options;
    const prober = createProber({
      ...{ logs, clock: systemClock, basePath, log },
      execGuard: guardOf(shim),
      meter: metrics.probes,
    });
    undo.push(() => {
      prober.close();
      return Promise.resolve();
    });
    const catalog = createCatalog({ basePath, exclude: [options.stateDir], log });
    const control = await openControl({
      store: metrics.store(store.actors),
      specs: config.specSource(store.portBook(findFreePort)),
      processes: metrics.processes(processes),
      prober,
      logs,
      usage: { usage: processes.usage, vitals: metrics.vitals },
      webhooks: openWebhooks({
        book: store.webhooks,
        clock: systemClock,
        log,
        identity: { instance: await instanceIdOf(options.stateDir), version },
      }),
      catalog,
      clock: systemClock,
      log,
      health,
      recoveredFrom: store.recoveredFrom,
      exitMode: options.onExit,
      crashPoint,
      identity: {
        processId: process.pid,
        version,
        guarantees: { ...guaranteesOf(shim), losslessRotation: logs.isLossless },
      },
    });
    logs.keepBounded(() => control.logPolicies());
    const isUnixSocket = options.place.type === 'unix';
    const { exposition, requests: meter } = metrics;
    const machines = machineLibrary(() => hostMachines({ processes, catalog, prober }, systemClock));
    const inspector = openInspector({ root: control.root, clock: systemClock, timers: wallTimers, configOf, log });
    const upgrades = { '/inspector/ws': inspector.accept };
    const world = { ...options, access, isUnixSocket, control, exposition, machines, meter, upgrades };
    const app = createHttpApp({ ...world, log, version });
    metrics.ready(performance.now() / 1_000, control.measured(), processes.usage);
    gate.open(app);
    const files = [access, ...(certificate === null ? [] : [certificate])];
    return new RunningHost({ lock, listening, store, processes, prober, logs, control, inspector, files });
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

async function openProcesses(
  options: ServeOptions,
  ledger: LaunchLedger,
  url: string,
  log: AppLog,
  crashPoint: ReachCrashPoint | undefined,
): Promise<LocalHost> {
  return createLocalProcessHost({
    stateDir: options.stateDir,
    basePath: options.basePath,
    instanceId: await instanceIdOf(options.stateDir),
    hostUrl: () => url,
    crashPoint,
    strays: options.strays,
    ledger,
    log,
    clock: systemClock,
  });
}

/** Answers 503 until the host knows its actors; the port is taken early so that processes can be told the URL. */
class Gate {
  #listener: RequestListener;
  #upgrade: UpgradeListener = () => false;

  constructor(version: string) {
    const detail = 'The host is starting and restores its actors; ask again in a moment.';
    const problem = JSON.stringify({ type: 'about:blank', title: 'Service Unavailable', status: 503, detail });
    this.#listener = (_, response) => {
      response.writeHead(503, {
        ...SECURITY_HEADERS,
        'Retry-After': '1',
        'Content-Type': 'application/problem+json',
        'X-CoreRL-Version': version,
      });
      response.end(problem);
    };
  }

  open(app: HttpApp): void {
    this.#listener = app.callback();
    this.#upgrade = app.upgrade();
  }

  callback(): RequestListener {
    return (request, response) => {
      this.#listener(request, response);
    };
  }

  upgrade(): UpgradeListener {
    return (request, socket, head) => this.#upgrade(request, socket, head);
  }
}

class RunningHost implements Host {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get url(): string {
    return this.#parts.listening.url;
  }

  get shutdownAsked(): Promise<ExitMode> {
    return this.#parts.control.shutdownAsked;
  }

  async close(mode: ExitMode): Promise<void> {
    const { control, inspector, listening, processes, prober, logs, store, lock } = this.#parts;
    await control.close(mode); // the API answers until nothing changes any more
    inspector.close();
    prober.close();
    await logs.close(); // ends every follow
    await listening.close(HTTP_GRACE_MS);
    await processes.close();
    await store.close();
    await lock.release();
  }

  async crashed(error: Error): Promise<void> {
    await Promise.race([this.#parts.control.crashed(error), pause(LAST_WORDS_MS)]);
  }

  reload(): Promise<ReloadView> {
    for (const file of this.#parts.files) file.look();
    return this.#parts.control.reload(false, { correlationId: 'SIGHUP' });
  }

  async hurry(): Promise<void> {
    const { processes } = this.#parts;
    const kill = { signal: 'SIGKILL', graceMs: 0 } as const;
    await Promise.all(processes.live().map((launch) => processes.stop(launch.serviceId, kill)));
  }
}
