import { LaunchStatusRegistry } from '../../launching/launch-status-registry.ts';
import { RetriedLedgerWrite } from '../../launching/retried-ledger-write.ts';
import type { Launch, ProcessExit } from '../../model/process.ts';
import type { StopSpec } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ReachCrashPoint } from '../../ports/crash-points.ts';
import type { LaunchLedger } from '../../ports/launch-ledger.ts';
import type { Log } from '../../ports/log.ts';
import { ExitsFolder } from '../files/exits-folder.ts';
import type { Layout } from '../files/layout.ts';
import { RecordRemoval } from '../files/record-removal.ts';
import { ProcessTable } from '../os/process-table.ts';
import { ExitWatch } from './exit-watch.ts';
import { LaunchOutputs } from './launch-outputs.ts';
import { LivenessPoll } from './liveness-poll.ts';
import { MainRounds } from './main-rounds.ts';
import { Tree } from './process-tree.ts';
import type { TreeOrigin, TreeContext, TreeInfo } from './tree-context.ts';

export interface TreesOptions {
  readonly layout: Layout;
  readonly ledger: LaunchLedger;
  readonly log: Log;
  readonly clock: Clock;
  readonly crashPoint?: ReachCrashPoint | undefined;
}

/**
 * All trees that may have processes, with the status of their launches and the pending ledger writes. An end is first
 * reported, then stored; the files of a launch are removed when its end is stored and none of its processes is left.
 */
export class Trees implements TreeContext {
  readonly layout: Layout;
  readonly log: Log;
  readonly clock: Clock;
  readonly exitsFolder: ExitsFolder;
  readonly removal: RecordRemoval;
  readonly status: LaunchStatusRegistry;
  readonly livenessPoll = new LivenessPoll();
  readonly mainRounds = new MainRounds();
  readonly table = new ProcessTable();
  readonly outputs: LaunchOutputs;
  readonly unreadable = new Map<LaunchId, string>();
  readonly unkillable = new Map<LaunchId, string>();
  readonly crashPoint: ReachCrashPoint | undefined;
  readonly #ledger: LaunchLedger;
  readonly #watch: ExitWatch;
  readonly #trees = new Map<string, Tree>();
  readonly #services = new Map<ServiceId, Set<Tree>>();
  readonly #retriedWrites = new Map<LaunchId, { readonly serviceId: ServiceId; readonly write: RetriedLedgerWrite }>();
  /** Ended launches that have no tree. */
  readonly #treeless = new Set<LaunchId>();
  readonly #runningWrites = new Map<LaunchId, Promise<void>>();
  #isClosed = false;

  /** Starts to watch for exit records; their folder must exist. */
  constructor({ layout, ledger, log, clock, crashPoint }: TreesOptions) {
    this.crashPoint = crashPoint;
    this.layout = layout;
    this.log = log;
    this.clock = clock;
    this.status = new LaunchStatusRegistry(clock);
    this.#ledger = ledger;
    this.outputs = new LaunchOutputs(layout, log, (launchId) => {
      this.#tidy(launchId);
    });
    this.exitsFolder = new ExitsFolder(layout);
    this.removal = new RecordRemoval({ layout, log, clock, crashPoint });
    this.#watch = new ExitWatch(layout.exits, (name) => this.#trees.get(name)?.readRecord(), log);
  }

  /** Why trees cannot be inspected now, and which shims can be neither woken nor killed; one sentence per cause. */
  problems(): readonly string[] {
    return [...new Set([...this.unreadable.values(), ...this.unkillable.values()])];
  }

  /** Why a service cannot be launched now; null if it can, as far as the trees show. */
  reasonAgainst(serviceId: ServiceId): string | null {
    const trees = [...(this.#services.get(serviceId) ?? [])];
    return trees.map(({ launchId }) => this.unkillable.get(launchId) ?? null).find((reason) => reason !== null) ?? null;
  }

  /**
   * Starts to supervise a claimed launch, which may have ended already when this returns. Without `mayHaveRecord`, it had
   * no exit record earlier in this turn of the event loop.
   */
  adopt(origin: TreeOrigin, mayHaveRecord = true): Tree {
    const { launchId, serviceId, launch } = origin;
    const tree = new Tree(origin, this);
    this.#trees.set(launchId, tree);
    if (!origin.hasNoProcesses) this.#of(serviceId).add(tree);
    if (launch !== null) {
      this.status.put(serviceId, { status: 'alive', generation: launch.generation, launch });
      if (!origin.isInLedger) this.#recordRunning(launch);
    }
    tree.watch(mayHaveRecord);
    return tree;
  }

  #recordRunning({ launchId, pid, startTime, place }: Launch): void {
    const write = this.#ledger
      .running(launchId, { pid, startTime, place })
      .catch((error: unknown) => {
        this.log.warn(
          { err: error, launchId },
          'cannot store that a launch is running; the next host learns it from its files',
        );
      })
      .finally(() => this.#runningWrites.delete(launchId));
    this.#runningWrites.set(launchId, write);
  }

  #of(serviceId: ServiceId): Set<Tree> {
    const trees = this.#services.get(serviceId) ?? new Set();
    this.#services.set(serviceId, trees);
    return trees;
  }

  shimDied(tree: TreeInfo): void {
    const { serviceId, launch } = tree;
    if (launch !== null) this.status.put(serviceId, { status: 'alive', generation: launch.generation, launch });
  }

  ended(tree: TreeInfo, exit: ProcessExit): void {
    this.crashPoint?.('after-exit-record');
    const { launch } = tree;
    if (launch !== null) this.end(launch, exit);
  }

  /** A main process ended: reports it, then stores it in the ledger. */
  end(launch: Pick<Launch, 'launchId' | 'serviceId' | 'generation'>, exit: ProcessExit): void {
    const { launchId, serviceId, generation } = launch;
    this.status.put(serviceId, { status: 'exited', generation, launchId, exit });
    this.#writeUntilDurable(launchId, serviceId, async () => {
      await this.#runningWrites.get(launchId);
      await this.#ledger.exited(launchId, exit);
    });
  }

  /** A launch never happened. */
  revoked({ launchId, serviceId, generation }: Pick<Launch, 'launchId' | 'serviceId' | 'generation'>): void {
    this.status.put(serviceId, { status: 'revoked', generation, launchId });
    this.#writeUntilDurable(launchId, serviceId, () => this.#ledger.revoked(launchId));
  }

  cleared({ launchId, serviceId }: TreeInfo): void {
    const tree = this.#trees.get(launchId);
    const siblings = this.#services.get(serviceId);
    if (tree !== undefined) siblings?.delete(tree);
    if (siblings?.size === 0) this.#services.delete(serviceId);
    this.#tidy(launchId);
  }

  #writeUntilDurable(launchId: LaunchId, serviceId: ServiceId, write: () => Promise<void>): void {
    if (this.#isClosed) return; // the next host learns it from the files
    const onWritten = (): void => {
      this.#retriedWrites.delete(launchId);
      this.#tidy(launchId);
    };
    this.#retriedWrites.set(launchId, { serviceId, write: new RetriedLedgerWrite(write, onWritten, this.log) });
  }

  /** Nothing of an ended launch is left: its files are removed once its end is stored. */
  tidyLater(launchId: LaunchId): void {
    this.#treeless.add(launchId);
    this.#tidy(launchId);
  }

  /** Removes the files of a tree after its last process, but not before its end is stored in the ledger. */
  #tidy(launchId: LaunchId): void {
    const tree = this.#trees.get(launchId);
    if (this.outputs.isReading(launchId)) return; // tidied when that has ended
    if (this.#retriedWrites.has(launchId) || !(tree?.isGone ?? this.#treeless.has(launchId))) return;
    this.#trees.delete(launchId);
    this.#treeless.delete(launchId);
    this.removal.remove(launchId);
  }

  /** Resolves when every end of a service is in the ledger; rejects if the store is unavailable. */
  async retryLedgerWrites(serviceId: ServiceId): Promise<void> {
    const retried = [...this.#retriedWrites.values()].filter((entry) => entry.serviceId === serviceId);
    await Promise.all(retried.map(({ write }) => write.writeNow()));
  }

  /** Stops all processes of a service; by default with the stop spec of their launches. */
  async endAll(serviceId: ServiceId, stop?: StopSpec): Promise<void> {
    const trees = [...(this.#services.get(serviceId) ?? [])];
    await Promise.all(trees.map((tree) => tree.end(stop ?? tree.stop)));
  }

  /** Whether a launch is supervised. */
  has(launchId: LaunchId): boolean {
    return this.#trees.has(launchId);
  }

  /** All supervised trees; a copy, which does not change when trees end. */
  all(): readonly Tree[] {
    return [...this.#trees.values()];
  }

  /** The pids of all supervised main processes and shims. */
  pids(): ReadonlySet<number> {
    return new Set(
      [...this.#trees.values()].flatMap(({ main, shim }) => (main === null ? shim.pid : [main.pid, shim.pid])),
    );
  }

  /** The tree of a service whose main process is alive; null if there is none. */
  alive(serviceId: ServiceId): Tree | null {
    const status = this.status.get(serviceId);
    return status?.status === 'alive' ? (this.#trees.get(status.launch.launchId) ?? null) : null;
  }

  close(): void {
    this.#isClosed = true;
    this.#watch.close();
    this.livenessPoll.close();
    this.mainRounds.close();
    for (const { write } of this.#retriedWrites.values()) write.giveUp();
    for (const tree of this.#trees.values()) tree.close();
    this.outputs.close();
    this.removal.close();
    this.status.close();
  }
}
