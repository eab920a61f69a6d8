import { Slots } from '../launching/slots.ts';
import { transient } from '../launching/transient-failure.ts';
import { inheritable } from '../model/environment.ts';
import type { Launch, LaunchFailure, LaunchOutcome, ProcessExit, LaunchStatus } from '../model/process.ts';
import type { NodeSignal, StopSpec } from '../model/spec.ts';
import type { LaunchId, ServiceId } from '../model/values/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReachCrashPoint } from '../ports/crash-points.ts';
import type { LaunchLedger } from '../ports/launch-ledger.ts';
import type { Log } from '../ports/log.ts';
import type {
  LaunchObserver,
  LaunchRequest,
  ProcessHost,
  Orphan,
  OrphanPolicy,
  Accounts,
} from '../ports/process-host.ts';
import type { ProcessUsage } from '../ports/process-usage.ts';
import { Adoption } from './adopt/adoption.ts';
import { Orphans } from './adopt/orphans.ts';
import { UnreadableLaunches } from './adopt/unreadable-launches.ts';
import { layoutOf, makeFolders, newestLogged } from './files/layout.ts';
import { environmentOf } from './launch/environment.ts';
import { systemAccounts } from './os/accounts.ts';
import { LaunchAttempt, type LaunchContext } from './launch/launch-attempt.ts';
import { bestShimKind, shimsOf } from './launch/shim-kind.ts';
import type { Shims } from './launch/shims.ts';
import { bootId } from './os/process-identity.ts';
import { signalNumber } from '../launching/signal-names.ts';
import { Trees } from './tree/process-trees.ts';
import { usageOf } from './usage/usage-reader.ts';

export interface LocalProcessHostOptions {
  /** Created with mode 0700 if missing. One host at a time. */
  readonly stateDir: string;
  /** The working directory of launches without their own. */
  readonly basePath: string;
  /** Given to every process as COREDINATOR_INSTANCE. */
  readonly instanceId: string;
  /** The URL of the API, read at each launch; given to every process as COREDINATOR_URL. */
  readonly hostUrl: () => string;
  /** The instance that another state directory belongs to; null: none. Default: always unknown. */
  readonly instanceAt?: (stateDir: string) => string | null;
  /** Whether the recorded launches are those of this instance, so that they may be adopted. Default: yes. */
  readonly ownsRecords?: boolean;
  readonly ledger: LaunchLedger;
  readonly log: Log;
  readonly clock: Clock;
  /** Default: the best for this machine. */
  readonly shims?: Shims;
  /** What to do with live processes that the ledger does not know. Default: `report`. */
  readonly orphans?: OrphanPolicy;
  /** Identifies this boot of the machine. Default: from the system. */
  readonly bootId?: string;
  /** Called at each crash point; default: none. */
  readonly crashPoint?: ReachCrashPoint | undefined;
  /** The users and groups that launches may run as. Default: those of this machine. */
  readonly accounts?: Accounts;
  /** What launches inherit, except COREDINATOR_*. Default: the environment of this process. */
  readonly baseEnv?: NodeJS.ProcessEnv;
}

/** A process host of this machine, which also measures the resource usage of its trees. */
export interface LocalHost extends ProcessHost {
  readonly usage: ProcessUsage;
}

class LocalProcessHost implements LocalHost {
  readonly usage: ProcessUsage;
  readonly #options: LocalProcessHostOptions;
  readonly #context: LaunchContext;
  readonly #trees: Trees;
  readonly #orphans: Orphans;
  /** The boot that launches on record must be of to be alive; null: none of them is. */
  readonly #recordedBoot: string | null;
  readonly #unreadable: UnreadableLaunches;
  readonly #attempts = new Map<ServiceId, LaunchAttempt>();
  #isClosed = false;

  constructor(options: LocalProcessHostOptions) {
    const { ledger, log, clock, basePath, instanceId, hostUrl, crashPoint } = options;
    const layout = layoutOf(options.stateDir);
    makeFolders(layout);
    this.#options = options;
    this.#trees = new Trees({ layout, ledger, log, clock, crashPoint });
    this.#unreadable = new UnreadableLaunches(log);
    this.usage = usageOf(() => this.#trees.all(), clock);
    const shims = options.shims ?? shimsOf(bestShimKind(), log);
    const origin = { basePath, stateDir: options.stateDir };
    const inherited = inheritable(options.baseEnv ?? process.env);
    this.#context = {
      layout,
      shims,
      slots: new Slots(shims.concurrency),
      ledger,
      clock,
      log,
      basePath,
      bootId: options.bootId ?? bootId(),
      crashPoint,
      accounts: options.accounts ?? systemAccounts(),
      environment: (request, launchId, account) =>
        environmentOf(request, launchId, account, { ...{ inherited, instanceId, origin }, url: hostUrl() }),
      adopt: (origin) => this.#trees.adopt(origin),
      revoked: (launch) => {
        this.#trees.revoked(launch);
      },
    };
    const policy = options.orphans ?? 'report';
    this.#recordedBoot = options.ownsRecords === false ? null : this.#context.bootId;
    const instanceAt = options.instanceAt ?? ((): null => null);
    const own = { instanceId, basePath, stateDir: options.stateDir, instanceAt };
    this.#orphans = new Orphans({ trees: this.#trees, ledger, bootId: this.#recordedBoot, own, policy });
  }

  async survey(): Promise<ReadonlyMap<ServiceId, LaunchStatus>> {
    const newest = await this.#options.ledger.newest();
    const unknown = await new Adoption(this.#trees, this.#recordedBoot, this.#unreadable).run(newest);
    await this.#orphans.take(unknown, (launchId) => this.#unreadable.has(launchId));
    return this.#trees.status.all();
  }

  problems(): readonly string[] {
    return [...new Set([...this.#trees.problems(), ...this.#unreadable.problems()])];
  }

  orphans(): readonly Orphan[] {
    return this.#orphans.all();
  }

  heldOrphans(): readonly Orphan[] {
    return this.#orphans.held();
  }

  status(serviceId: ServiceId): LaunchStatus | null {
    return this.#trees.status.get(serviceId);
  }

  async launch(request: LaunchRequest): Promise<LaunchOutcome> {
    const { serviceId } = request;
    // Its records could not be read, so its actor does not know that it is running. If it has ended since, that must be
    // reported too.
    const found = this.#unreadable.takeFound(serviceId);
    if (found !== null) return { type: 'launched', launch: this.#trees.alive(serviceId)?.launch ?? found };
    const failure = this.#reasonAgainst(serviceId);
    if (failure !== null) {
      // The launch that cannot be read has that generation, and its exit is still to be reported.
      const isHeld = failure.code === 'EUNREADABLE';
      return { type: 'refused', generation: request.generation - (isHeld ? 1 : 0), failure };
    }
    const newest = this.#newestGeneration(serviceId);
    if (newest === null) {
      const { logs } = this.#context.layout;
      const reason = `Service "${serviceId}" cannot be launched: the folder "${logs}" is missing, so its last generation is unknown.`;
      return { type: 'refused', generation: request.generation - 1, failure: transient('ESTATE', reason) };
    }
    const orphan = this.#orphans.reasonAgainst(serviceId);
    // Attempts that fail because of an orphan use up no generation.
    if (orphan !== null) return { type: 'refused', generation: newest, failure: transient('ESTRAY', orphan) };
    const generation = Math.max(request.generation, newest + 1);
    const attempt = new LaunchAttempt({ ...request, generation }, this.#context);
    this.#attempts.set(serviceId, attempt);
    const outcome = await attempt.run(() => this.#clear(serviceId));
    this.#attempts.delete(serviceId);
    return outcome;
  }

  /**
   * A used generation identifies one process, one exit and one pair of log files permanently. Read for each launch: what a missing or an
   * empty folder says is wrong as soon as it is back. Null: unknown.
   */
  #newestGeneration(serviceId: ServiceId): number | null {
    // The ledger may be older than what ran before this host: the database was lost, or replaced by an older one.
    const logged = newestLogged(this.#context.layout, serviceId);
    if (logged === null) return null;
    const known = this.#trees.status.get(serviceId)?.generation ?? 0;
    return Math.max(known, logged, this.#orphans.newestGeneration(serviceId));
  }

  #reasonAgainst(serviceId: ServiceId): LaunchFailure | null {
    if (this.#isClosed) return transient('ECLOSED', `Service "${serviceId}" cannot be launched: the host is closing.`);
    if (this.#attempts.has(serviceId)) return transient('EALIVE', `A launch of service "${serviceId}" is in progress.`);
    const stuck = this.#trees.reasonAgainst(serviceId);
    if (stuck !== null) return transient('ESHIM', stuck);
    const unreadable = this.#unreadable.reasonAgainst(serviceId);
    if (unreadable !== null) return transient('EUNREADABLE', unreadable);
    if (this.#trees.alive(serviceId)?.isEnding !== false) return null;
    return transient('EALIVE', `A process of service "${serviceId}" is already running.`);
  }

  /** Two generations never overlap, neither in the process table nor in the ledger. */
  async #clear(serviceId: ServiceId): Promise<LaunchFailure | null> {
    await Promise.all([this.#trees.endAll(serviceId), this.#orphans.endAll(serviceId)]);
    try {
      await this.#trees.retryLedgerWrites(serviceId);
      return null;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return transient('ESTORE', `Cannot store the exit of service "${serviceId}": ${reason}`);
    }
  }

  observe(launchId: LaunchId, observer: LaunchObserver): () => void {
    return this.#trees.status.observe(launchId, observer);
  }

  async stop(serviceId: ServiceId, stop: StopSpec): Promise<ProcessExit | null> {
    const usable = this.#usable(stop);
    this.#unreadable.stop(serviceId);
    const main = this.#trees.alive(serviceId);
    const attempt = this.#attempts.get(serviceId);
    attempt?.cancel();
    await Promise.all([this.#trees.endAll(serviceId, usable), this.#orphans.endAll(serviceId, usable)]);
    const launched = (await attempt?.settled) ?? null;
    await launched?.end(usable);
    return (launched ?? main)?.exit ?? null;
  }

  /** A stop must not fail because of an unknown signal. */
  #usable(stop: StopSpec): StopSpec {
    if (signalNumber(stop.signal) !== null) return stop;
    this.#options.log.warn({ signal: stop.signal }, 'this system has no such signal; stopping with SIGTERM');
    return { ...stop, signal: 'SIGTERM' };
  }

  signal(serviceId: ServiceId, signal: NodeSignal): Promise<boolean> {
    const number = signalNumber(signal);
    if (number === null) return Promise.reject(new RangeError(`This system has no signal "${signal}".`));
    return Promise.resolve(this.#trees.alive(serviceId)?.signal(number) ?? false);
  }

  live(): readonly Launch[] {
    return this.#trees.status.live();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const requested = [...this.#attempts.values()].filter((attempt) => attempt.giveUp());
    await Promise.all(requested.map(({ settled }) => settled));
    await this.#context.shims.close();
    this.#unreadable.close();
    this.#orphans.close();
    this.#trees.close();
  }
}

/**
 * Creates a process host on this machine (docs/launch-protocol.md). Rejects if the state directory cannot be created.
 * The caller ensures that it is the only host of that directory, and calls survey() first.
 */
export function createLocalProcessHost(options: LocalProcessHostOptions): Promise<LocalHost> {
  return new Promise((resolve) => {
    resolve(new LocalProcessHost(options));
  });
}
