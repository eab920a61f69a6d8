import { LaunchStatusRegistry } from '../../../lib/launching/launch-status-registry.ts';
import { RetriedLedgerWrite } from '../../../lib/launching/retried-ledger-write.ts';
import { transient } from '../../../lib/launching/transient-failure.ts';
import {
  HERE,
  REBOOTED,
  type Launch,
  type LaunchFailure,
  type LaunchOutcome,
  type LaunchStatus,
  type ProcessExit,
} from '../../../lib/model/process.ts';
import type { StopSpec } from '../../../lib/model/spec.ts';
import { parseLaunchId, type LaunchId, type ServiceId } from '../../../lib/model/values/ids.ts';
import type { Clock, Timers } from '../../../lib/ports/clock.ts';
import type { LaunchEntry, LaunchLedger } from '../../../lib/ports/launch-ledger.ts';
import type { Log } from '../../../lib/ports/log.ts';
import type {
  LaunchObserver,
  LaunchRequest,
  Orphan,
  OrphanPolicy,
  ProcessHost,
} from '../../../lib/ports/process-host.ts';
import { isLiving, type Machine, type MachineObserver, type Run } from './machine.ts';

/** What a host can do with the machine. */
export type HostMachine = Pick<
  Machine,
  'boot' | 'run' | 'newestLogged' | 'makeFolder' | 'spawn' | 'revoke' | 'listRuns' | 'removeRecords' | 'stop' | 'signal'
>;

export interface MachineProcessHostOptions {
  readonly machine: HostMachine;
  readonly ledger: LaunchLedger;
  readonly clock: Clock;
  readonly timers: Timers & { readonly now: number };
  readonly log: Log;
  readonly orphans: OrphanPolicy;
  /** The number of launch ids that were given out before. */
  readonly earlier: number;
}

const GUARANTEES = {
  exactExit: true,
  treeComplete: true,
  losslessRotation: true,
  separateStreams: true,
  outputBuffer: null,
};
const STOPPED = transient('ESTOPPED', 'The launch was stopped before its program ran.');

/** A launch in progress. */
interface Attempt {
  readonly launchId: LaunchId;
  isCancelled: boolean;
  isRequested: boolean;
  readonly revoked: Promise<'revoked'>;
  readonly notifyRevoked: () => void;
  readonly settled: Promise<Tree | null>;
  readonly settle: (tree: Tree | null) => void;
}

/** A supervised launch, until its shim is gone. */
interface Tree {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  launch: Launch | null;
  isMainOver: boolean;
  isEnding: boolean;
  isGone: boolean;
  exit: ProcessExit | null;
  /** Its program never ran: there is nothing to end. */
  readonly hasNoProcesses: boolean;
  readonly stop: StopSpec;
  readonly gone: Promise<void>;
  readonly settleGone: () => void;
}

/** Asked again after every wait. */
function isOver({ isCancelled }: Attempt): boolean {
  return isCancelled;
}

type Settled = { readonly type: 'main' } | { readonly type: 'refused' } | { readonly type: 'lost' };

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

/**
 * A process host on a simulated machine. It follows docs/launch-protocol.md as the local one does: the intent is durable
 * before a shim is asked for, the claim decides whether a launch happens, and an end is reported before it is stored.
 */
export class MachineProcessHost implements ProcessHost, MachineObserver {
  readonly #options: MachineProcessHostOptions;
  readonly #status: LaunchStatusRegistry;
  readonly #trees = new Map<LaunchId, Tree>();
  readonly #attempts = new Map<ServiceId, Attempt>();
  readonly #reports = new Map<LaunchId, (refusal: LaunchFailure | null) => void>();
  readonly #retried = new Map<LaunchId, { readonly serviceId: ServiceId; readonly write: RetriedLedgerWrite }>();
  readonly #runningWrites = new Map<LaunchId, Promise<void>>();
  readonly #treeless = new Set<LaunchId>();
  readonly #watchers = new Map<LaunchId, () => void>();
  readonly #reported: Orphan[] = [];
  readonly #held = new Map<ServiceId, Tree[]>();
  readonly #generations = new Map<ServiceId, number>();
  #count: number;
  #isClosed = false;

  constructor(options: MachineProcessHostOptions) {
    this.#options = options;
    this.#status = new LaunchStatusRegistry(options.clock);
    this.#count = options.earlier;
  }

  /** The number of launch ids that were given out. */
  get count(): number {
    return this.#count;
  }

  // The survey.

  async survey(): Promise<ReadonlyMap<ServiceId, LaunchStatus>> {
    const { ledger, machine } = this.#options;
    const newest = await ledger.newest();
    const folders = new Set(machine.listRuns());
    const undecided = newest.flatMap((entry) => this.#take(entry, folders.delete(entry.launchId)) ?? []);
    const generations = new Map(newest.map(({ serviceId, generation }) => [serviceId, generation]));
    const unknown = [...folders].filter((launchId) => !this.#isTakenOlder(launchId, generations));
    await Promise.all(undecided);
    for (const launchId of unknown) await this.#takeUnknown(launchId);
    return this.#status.all();
  }

  #take(entry: LaunchEntry, hasFolder: boolean): Promise<void> | null {
    const { serviceId, generation, launchId, exit } = entry;
    switch (entry.state) {
      case 'exited':
        this.#status.put(serviceId, { status: 'exited', generation, launchId, exit: this.#inBoot(entry, exit!) });
        break;
      case 'revoked':
        this.#status.put(serviceId, { status: 'revoked', generation, launchId });
        break;
      case 'intent':
      case 'running':
        return this.#takeOpen(entry, hasFolder);
    }
    if (hasFolder) this.#takeRest(launchId, serviceId);
    return null;
  }

  /** A launch whose end is not in the ledger: the first to link the claim decides. */
  #takeOpen(entry: LaunchEntry, hasFolder: boolean): Promise<void> | null {
    const { launchId, state } = entry;
    const { machine } = this.#options;
    const isRevoked = !hasFolder || machine.run(launchId).claim === 'revoked' || machine.revoke(launchId);
    if (isRevoked && state === 'intent') {
      this.#revoked(entry);
      return null;
    }
    if (entry.bootId !== String(machine.boot)) {
      this.#sinceBoot(entry);
      return null;
    }
    const run = machine.run(launchId);
    if (run.record?.refusal != null) this.#refused(entry);
    else if (entry.pid !== null || run.main !== null) this.#adopt(entry);
    else return this.#follow(entry);
    return null;
  }

  #sinceBoot(entry: LaunchEntry): void {
    const { record } = this.#options.machine.run(entry.launchId);
    if (record?.refusal != null) this.#revoked(entry);
    else this.#end(entry, this.#inBoot(entry, record?.exit ?? this.#unknownExit()));
    this.#treeless.add(entry.launchId);
    this.#tidy(entry.launchId);
  }

  #inBoot(entry: LaunchEntry, exit: ProcessExit): ProcessExit {
    return exit.isKnown || entry.bootId === String(this.#options.machine.boot)
      ? exit
      : { ...exit, isBlameless: true, because: REBOOTED };
  }

  #unknownExit(): ProcessExit {
    return { code: null, signal: null, at: this.#options.clock.now(), isKnown: false };
  }

  #adopt(entry: LaunchEntry): void {
    const { launchId, serviceId, state } = entry;
    const launch = this.#launchOf(launchId, entry.intendedAt);
    this.#supervise(this.#tree(launchId, serviceId, launch), state === 'running');
  }

  #refused(entry: LaunchEntry): void {
    this.#revoked(entry);
    this.#superviseRest(entry.launchId, entry.serviceId, true);
  }

  async #follow(entry: LaunchEntry): Promise<void> {
    const { type } = await this.#followed(entry.launchId);
    if (type === 'main') this.#adopt(entry);
    else this.#refused(entry);
  }

  /** The result of a claimed launch, as soon as its files say it. */
  async #followed(launchId: LaunchId): Promise<Settled> {
    for (;;) {
      const { record, main, shim } = this.#options.machine.run(launchId);
      if (record?.refusal != null) return { type: 'refused' };
      if (main !== null) return { type: 'main' };
      if (shim !== 'alive') return { type: 'lost' };
      await new Promise<void>((resolve) => this.#watchers.set(launchId, resolve));
    }
  }

  #takeRest(launchId: LaunchId, serviceId: ServiceId): void {
    const run = this.#options.machine.run(launchId);
    if (run.claim !== 'shim') return; // its shim may still look for the claim
    if (run.boot === this.#options.machine.boot) this.#superviseRest(launchId, serviceId);
    else this.#options.machine.removeRecords(launchId);
  }

  #isTakenOlder(launchId: LaunchId, newest: ReadonlyMap<ServiceId, number>): boolean {
    const { serviceId, generation, claim } = this.#options.machine.run(launchId);
    const known = newest.get(serviceId);
    if (claim === 'revoked') return true;
    if (known === undefined || generation >= known) return false;
    this.#takeRest(launchId, serviceId);
    return true;
  }

  // Orphans.

  async #takeUnknown(launchId: LaunchId): Promise<void> {
    const { machine } = this.#options;
    const { serviceId, generation } = machine.run(launchId);
    this.#generations.set(serviceId, Math.max(generation, this.#generations.get(serviceId) ?? 0));
    if (machine.run(launchId).claim === null) machine.revoke(launchId);
    if (machine.run(launchId).claim !== 'shim' || machine.run(launchId).boot !== machine.boot) return;
    await this.#followed(launchId);
    const run = machine.run(launchId);
    if (run.shim !== 'alive' && run.process !== 'alive') return; // its files are kept
    await this.#handle(run);
  }

  async #handle(run: Run): Promise<void> {
    const policy = this.#options.orphans;
    const isAdopted = policy === 'adopt' && (await this.#adoptOrphan(run));
    if (!isAdopted) {
      const tree = this.#tree(run.launchId, run.serviceId, null);
      this.#held.set(run.serviceId, [...(this.#held.get(run.serviceId) ?? []), tree]);
      if (policy === 'kill') void this.#endTree(tree, tree.stop);
    }
    const { launchId, serviceId, generation } = run;
    const fate = isAdopted ? 'adopted' : policy === 'kill' ? 'killed' : 'reported';
    const reason = `Generation ${generation} of "${serviceId}" is alive, but not in the ledger.`;
    const pid = run.main?.pid ?? 0;
    this.#reported.push({
      launchId,
      serviceId,
      generation,
      pid,
      place: null,
      fate,
      foundAt: this.#options.clock.now(),
      reason,
    });
  }

  async #adoptOrphan(run: Run): Promise<boolean> {
    const { launchId, serviceId, generation, executablePath, version, main } = run;
    const status = this.#status.get(serviceId);
    if (main === null || !isLiving(run) || status?.status === 'alive') return false;
    if (status !== null && status.generation >= generation) return false;
    const launch = this.#launchOf(launchId, this.#options.clock.now());
    const who = {
      launchId,
      serviceId,
      generation,
      executablePath,
      version,
      pid: main.pid,
      startTime: main.startTime,
      place: null,
    };
    try {
      await this.#retryWrites(serviceId);
      await this.#options.ledger.intend({ ...who, ...this.#entryRest(), state: 'running' });
    } catch {
      return false;
    }
    this.#supervise(this.#tree(launchId, serviceId, launch), true);
    return true;
  }

  orphans(): readonly Orphan[] {
    return this.#reported;
  }

  heldOrphans(): readonly Orphan[] {
    return this.#reported.filter(
      ({ serviceId, launchId, fate }) =>
        fate === 'reported' && serviceId !== null && this.#living(serviceId).some((tree) => tree.launchId === launchId),
    );
  }

  #living(serviceId: ServiceId): readonly Tree[] {
    const { machine } = this.#options;
    return (this.#held.get(serviceId) ?? []).filter(({ launchId, isEnding }) => {
      const { process, shim } = machine.run(launchId);
      return !isEnding && (process === 'alive' || shim === 'alive');
    });
  }

  // Launches.

  status(serviceId: ServiceId): LaunchStatus | null {
    return this.#status.get(serviceId);
  }

  async launch(request: LaunchRequest): Promise<LaunchOutcome> {
    const { serviceId } = request;
    const failure = this.#reasonAgainst(serviceId);
    if (failure !== null) return { type: 'refused', generation: request.generation, failure };
    const newest = this.#newestGeneration(serviceId);
    if (this.#living(serviceId).length > 0) {
      const stray = transient('ESTRAY', `A process of service "${serviceId}" is alive, but not in the ledger.`);
      return { type: 'refused', generation: newest, failure: stray };
    }
    const generation = Math.max(request.generation, newest + 1);
    const attempt = this.#newAttempt();
    this.#attempts.set(serviceId, attempt);
    const result = await this.#run({ ...request, generation }, attempt).catch((error: unknown) =>
      transient('EUNKNOWN', String(error)),
    );
    const tree = 'code' in result ? null : result;
    attempt.settle(tree);
    this.#attempts.delete(serviceId);
    if (tree?.launch != null) return { type: 'launched', launch: tree.launch };
    return { type: 'refused', generation, failure: attempt.isCancelled || !('code' in result) ? STOPPED : result };
  }

  #newAttempt(): Attempt {
    this.#count += 1;
    const revoked = deferred<'revoked'>();
    const settled = deferred<Tree | null>();
    return {
      launchId: parseLaunchId(this.#count.toString(16).padStart(32, '0')),
      ...{ isCancelled: false, isRequested: false },
      revoked: revoked.promise,
      notifyRevoked: () => {
        revoked.resolve('revoked');
      },
      settled: settled.promise,
      settle: settled.resolve,
    };
  }

  #newestGeneration(serviceId: ServiceId): number {
    const known = this.#status.get(serviceId)?.generation ?? this.#options.machine.newestLogged(serviceId);
    return Math.max(known, this.#generations.get(serviceId) ?? 0);
  }

  #reasonAgainst(serviceId: ServiceId): LaunchFailure | null {
    if (this.#isClosed) return transient('ECLOSED', `Service "${serviceId}" cannot be launched: the host is closing.`);
    if (this.#attempts.has(serviceId)) return transient('EALIVE', `A launch of "${serviceId}" is in progress.`);
    if (this.#alive(serviceId)?.isEnding !== false) return null;
    return transient('EALIVE', `A process of service "${serviceId}" is already running.`);
  }

  #alive(serviceId: ServiceId): Tree | null {
    const status = this.#status.get(serviceId);
    return status?.status === 'alive' ? (this.#trees.get(status.launch.launchId) ?? null) : null;
  }

  async #run(request: LaunchRequest, attempt: Attempt): Promise<Tree | LaunchFailure> {
    const { serviceId, generation, executablePath, version } = request;
    const { launchId } = attempt;
    await this.#endAll(serviceId);
    try {
      await this.#retryWrites(serviceId);
      if (isOver(attempt)) return STOPPED;
      const who = { launchId, serviceId, generation, executablePath, version };
      await this.#options.ledger.intend({ ...who, ...this.#entryRest(), pid: null, startTime: null, place: null });
    } catch (error) {
      return transient('ESTORE', error instanceof Error ? error.message : String(error));
    }
    const result = isOver(attempt) ? STOPPED : await this.#request(request, attempt);
    if (!('code' in result)) return result;
    this.#revoked({ launchId, serviceId, generation });
    if (!attempt.isRequested) this.#options.machine.removeRecords(launchId);
    return result;
  }

  #entryRest(): Pick<LaunchEntry, 'state' | 'shim' | 'bootId' | 'intendedAt' | 'exit'> {
    const { machine, clock } = this.#options;
    return { state: 'intent', shim: 'native', bootId: String(machine.boot), intendedAt: clock.now(), exit: null };
  }

  async #request(request: LaunchRequest, attempt: Attempt): Promise<Tree | LaunchFailure> {
    const { machine, clock } = this.#options;
    const { launchId } = attempt;
    machine.makeFolder(launchId, request);
    const report = new Promise<LaunchFailure | null>((resolve) => this.#reports.set(launchId, resolve));
    machine.spawn(launchId);
    attempt.isRequested = true;
    const first = await Promise.race([report, attempt.revoked]);
    if (first === 'revoked') {
      void report.then((late) => {
        if (late !== null) machine.removeRecords(launchId);
      });
      return STOPPED;
    }
    if (first === null) {
      const tree = this.#tree(launchId, request.serviceId, this.#launchOf(launchId, clock.now()));
      this.#supervise(tree, false);
      return tree;
    }
    if (machine.run(launchId).claim === 'shim') this.#superviseRest(launchId, request.serviceId, true);
    else machine.removeRecords(launchId);
    return first;
  }

  // Trees.

  #launchOf(launchId: LaunchId, launchedAt: number): Launch {
    const { serviceId, generation, executablePath, version, main } = this.#options.machine.run(launchId);
    const { pid, startTime } = main!;
    const who = { launchId, serviceId, generation, pid, startTime, ...HERE, executablePath, version };
    return { ...who, launchedAt, guarantees: GUARANTEES };
  }

  #tree(launchId: LaunchId, serviceId: ServiceId, launch: Launch | null, hasNoProcesses = false): Tree {
    const { promise: gone, resolve: settleGone } = deferred<undefined>();
    const state = { isMainOver: launch === null, isEnding: false, isGone: false, exit: null };
    const settle = (): void => {
      settleGone(undefined);
    };
    const { stop } = this.#options.machine.run(launchId);
    return { launchId, serviceId, launch, ...state, hasNoProcesses, stop, gone, settleGone: settle };
  }

  #supervise(tree: Tree, isInLedger: boolean): void {
    const { launchId, serviceId, launch } = tree;
    this.#trees.set(launchId, tree);
    if (launch !== null) {
      this.#status.put(serviceId, { status: 'alive', generation: launch.generation, launch });
      if (!isInLedger) this.#recordRunning(launch);
    }
    this.#look(tree);
  }

  #superviseRest(launchId: LaunchId, serviceId: ServiceId, hasNoProcesses = false): void {
    this.#supervise(this.#tree(launchId, serviceId, null, hasNoProcesses), true);
  }

  #recordRunning({ launchId, pid, startTime, place }: Launch): void {
    const write = this.#options.ledger
      .running(launchId, { pid, startTime, place })
      .catch(() => undefined) // the next host learns it from the files
      .finally(() => this.#runningWrites.delete(launchId));
    this.#runningWrites.set(launchId, write);
  }

  /** Reads the record of a launch, and looks whether its shim and its process are alive. */
  #look(tree: Tree): void {
    if (tree.isGone) return;
    const { record, shim, process } = this.#options.machine.run(tree.launchId);
    if (!tree.isMainOver && record !== null) this.#mainEnded(tree, record.exit);
    if (shim === 'alive') return;
    if (process === 'alive') {
      this.#loseShim(tree);
      return;
    }
    if (!tree.isMainOver) this.#mainEnded(tree, this.#unknownExit());
    tree.isGone = true;
    tree.settleGone();
    this.#tidy(tree.launchId);
  }

  #loseShim(tree: Tree): void {
    if (tree.launch?.guarantees.exactExit !== true) return;
    tree.launch = { ...tree.launch, guarantees: { ...GUARANTEES, exactExit: false, treeComplete: false } };
    const { launch } = tree;
    this.#status.put(tree.serviceId, { status: 'alive', generation: launch.generation, launch });
  }

  #mainEnded(tree: Tree, exit: ProcessExit): void {
    tree.isMainOver = true;
    tree.exit = exit;
    if (tree.launch !== null) this.#end(tree.launch, exit);
  }

  #end(launch: Pick<Launch, 'launchId' | 'serviceId' | 'generation'>, exit: ProcessExit): void {
    const { launchId, serviceId, generation } = launch;
    this.#status.put(serviceId, { status: 'exited', generation, launchId, exit });
    this.#writeUntilDurable(launchId, serviceId, async () => {
      await this.#runningWrites.get(launchId);
      await this.#options.ledger.exited(launchId, exit);
    });
  }

  #revoked({ launchId, serviceId, generation }: Pick<Launch, 'launchId' | 'serviceId' | 'generation'>): void {
    this.#status.put(serviceId, { status: 'revoked', generation, launchId });
    this.#writeUntilDurable(launchId, serviceId, () => this.#options.ledger.revoked(launchId));
  }

  #writeUntilDurable(launchId: LaunchId, serviceId: ServiceId, write: () => Promise<void>): void {
    if (this.#isClosed) return;
    const onWritten = (): void => {
      this.#retried.delete(launchId);
      this.#tidy(launchId);
    };
    const { log, timers } = this.#options;
    this.#retried.set(launchId, { serviceId, write: new RetriedLedgerWrite(write, onWritten, log, timers) });
  }

  async #retryWrites(serviceId: ServiceId): Promise<void> {
    const retried = [...this.#retried.values()].filter((entry) => entry.serviceId === serviceId);
    await Promise.all(retried.map(({ write }) => write.writeNow()));
  }

  #tidy(launchId: LaunchId): void {
    const tree = this.#trees.get(launchId);
    if (this.#retried.has(launchId) || !(tree?.isGone ?? this.#treeless.has(launchId))) return;
    this.#trees.delete(launchId);
    this.#treeless.delete(launchId);
    this.#options.machine.removeRecords(launchId);
  }

  async #endAll(serviceId: ServiceId, stop?: StopSpec): Promise<void> {
    const trees = [...this.#trees.values()].filter((tree) => tree.serviceId === serviceId && !tree.hasNoProcesses);
    const held = this.#held.get(serviceId) ?? [];
    await Promise.all([...trees, ...held].map((tree) => this.#endTree(tree, stop ?? tree.stop)));
    this.#held.delete(serviceId);
  }

  #endTree(tree: Tree, stop: StopSpec): Promise<void> {
    const { machine, timers } = this.#options;
    tree.isEnding = true;
    if (!tree.isGone) machine.stop(tree.launchId, stop, timers.now);
    this.#look(tree);
    return tree.gone;
  }

  async stop(serviceId: ServiceId, stop: StopSpec): Promise<ProcessExit | null> {
    const main = this.#alive(serviceId);
    const attempt = this.#attempts.get(serviceId);
    if (attempt !== undefined) this.#cancel(attempt);
    await this.#endAll(serviceId, stop);
    const launched = (await attempt?.settled) ?? null;
    if (launched !== null) await this.#endTree(launched, stop);
    return (launched ?? main)?.exit ?? null;
  }

  #cancel(attempt: Attempt): void {
    attempt.isCancelled = true;
    if (attempt.isRequested && this.#options.machine.revoke(attempt.launchId)) attempt.notifyRevoked();
  }

  observe(launchId: LaunchId, observer: LaunchObserver): () => void {
    return this.#status.observe(launchId, observer);
  }

  signal(serviceId: ServiceId): Promise<boolean> {
    const tree = this.#alive(serviceId);
    return Promise.resolve(tree !== null && this.#options.machine.signal(tree.launchId));
  }

  problems(): readonly string[] {
    return [];
  }

  live(): readonly Launch[] {
    return this.#status.live();
  }

  /** What a shim was asked for is still supervised until it is known; nothing else is begun. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const attempt of this.#attempts.values()) attempt.isCancelled = true;
    const requested = [...this.#attempts.values()].filter(({ isRequested }) => isRequested);
    await Promise.all(requested.map(({ settled }) => settled));
    for (const { write } of this.#retried.values()) write.giveUp();
    this.#status.close();
  }

  reported(launchId: LaunchId, refusal: LaunchFailure | null): void {
    this.#reports.get(launchId)?.(refusal);
    this.#reports.delete(launchId);
  }

  changed(launchId: LaunchId): void {
    if (this.#isClosed) return;
    const watcher = this.#watchers.get(launchId);
    this.#watchers.delete(launchId);
    watcher?.();
    const tree =
      this.#trees.get(launchId) ?? [...this.#held.values()].flat().find((held) => held.launchId === launchId);
    if (tree !== undefined) this.#look(tree);
  }
}
