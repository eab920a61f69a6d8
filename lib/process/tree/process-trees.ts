import { LaunchStatusRegistry } from '../../launching/launch-status-registry.ts';
import { RetriedLedgerWrite } from '../../launching/retried-ledger-write.ts';
import type { Launch, ProcessExit } from '../../model/process.ts';
import type { StopSpec } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ReachCrashPoint } from '../../ports/crash-points.ts';
import type { LaunchLedger } from '../../ports/launch-ledger.ts';
import type { Log } from '../../ports/log.ts';
import { removeRecords } from '../files/launch-files.ts';
import type { Layout } from '../files/layout.ts';
import { ProcessTable } from '../os/process-table.ts';
import { ExitWatch } from './exit-watch.ts';
import { LivenessPoll } from './liveness-poll.ts';
import { Tree } from './process-tree.ts';
import type { TreeOrigin, TreeContext, TreeSubject } from './tree-context.ts';

/** What the collection of trees is made from. */
export interface TreesOptions {
  readonly layout: Layout;
  readonly ledger: LaunchLedger;
  readonly log: Log;
  readonly clock: Clock;
  readonly crashPoint?: ReachCrashPoint | undefined;
}

/**
 * Every tree that may have a process, the facts about them, and what the ledger has still to learn. An end is told first and
 * written down after; the files of a launch go when it is written down and nothing of the tree is left.
 */
export class Trees implements TreeContext {
  readonly layout: Layout;
  readonly log: Log;
  readonly clock: Clock;
  readonly status: LaunchStatusRegistry;
  readonly livenessPoll = new LivenessPoll();
  readonly table = new ProcessTable();
  readonly unreadable = new Map<LaunchId, string>();
  readonly crashPoint: ReachCrashPoint | undefined;
  readonly #ledger: LaunchLedger;
  readonly #watch: ExitWatch;
  readonly #trees = new Map<string, Tree>();
  readonly #services = new Map<ServiceId, Set<Tree>>();
  readonly #retriedWrites = new Map<LaunchId, { readonly serviceId: ServiceId; readonly write: RetriedLedgerWrite }>();
  /** Ended launches without a tree. */
  readonly #bare = new Set<LaunchId>();
  readonly #bookings = new Map<LaunchId, Promise<void>>();
  #isClosed = false;

  /** Watches for exit records from now on; their folder must exist. */
  constructor({ layout, ledger, log, clock, crashPoint }: TreesOptions) {
    this.crashPoint = crashPoint;
    this.layout = layout;
    this.log = log;
    this.clock = clock;
    this.status = new LaunchStatusRegistry(clock);
    this.#ledger = ledger;
    this.#watch = new ExitWatch(layout.exits, (name) => this.#trees.get(name)?.readRecord(), log);
  }

  /** Why trees cannot be looked at now: one sentence for each cause, however many it keeps hidden. */
  problems(): readonly string[] {
    return [...new Set(this.unreadable.values())].map((reason) => `Processes cannot be looked at now: ${reason}.`);
  }

  /** Looks after a claimed launch; when this returns it may have ended already. */
  adopt(origin: TreeOrigin): Tree {
    const { launchId, serviceId, launch } = origin;
    const tree = new Tree(origin, this);
    this.#trees.set(launchId, tree);
    if (!origin.hasNoProcesses) this.#of(serviceId).add(tree);
    if (launch !== null) {
      this.status.put(serviceId, { status: 'alive', generation: launch.generation, launch });
      if (!origin.isInLedger) this.#registry(launch);
    }
    tree.watch();
    return tree;
  }

  #registry({ launchId, pid, startTime }: Launch): void {
    const booking = this.#ledger
      .running(launchId, pid, startTime)
      .catch((error: unknown) => {
        this.log.warn({ err: error, launchId }, 'A running launch is not written down; its files tell the next host.');
      })
      .finally(() => this.#bookings.delete(launchId));
    this.#bookings.set(launchId, booking);
  }

  #of(serviceId: ServiceId): Set<Tree> {
    const trees = this.#services.get(serviceId) ?? new Set();
    this.#services.set(serviceId, trees);
    return trees;
  }

  shimDied(tree: TreeSubject): void {
    const { serviceId, launch } = tree;
    if (launch !== null) this.status.put(serviceId, { status: 'alive', generation: launch.generation, launch });
  }

  ended(tree: TreeSubject, exit: ProcessExit): void {
    this.crashPoint?.('after-exit-record');
    const { launch } = tree;
    if (launch !== null) this.end(launch, exit);
  }

  /** A main process ended: tells it, then sees to it that the ledger learns of it. */
  end(launch: Pick<Launch, 'launchId' | 'serviceId' | 'generation'>, exit: ProcessExit): void {
    const { launchId, serviceId, generation } = launch;
    this.status.put(serviceId, { status: 'exited', generation, launchId, exit });
    this.#writeUntilDurable(launchId, serviceId, async () => {
      await this.#bookings.get(launchId);
      await this.#ledger.exited(launchId, exit);
    });
  }

  /** A launch never began. */
  revoked({ launchId, serviceId, generation }: Pick<Launch, 'launchId' | 'serviceId' | 'generation'>): void {
    this.status.put(serviceId, { status: 'revoked', generation, launchId });
    this.#writeUntilDurable(launchId, serviceId, () => this.#ledger.revoked(launchId));
  }

  cleared({ launchId, serviceId }: TreeSubject): void {
    const tree = this.#trees.get(launchId);
    const siblings = this.#services.get(serviceId);
    if (tree !== undefined) siblings?.delete(tree);
    if (siblings?.size === 0) this.#services.delete(serviceId);
    this.#tidy(launchId);
  }

  #writeUntilDurable(launchId: LaunchId, serviceId: ServiceId, write: () => Promise<void>): void {
    if (this.#isClosed) return; // the next host finds the same in the files
    const paid = (): void => {
      this.#retriedWrites.delete(launchId);
      this.#tidy(launchId);
    };
    this.#retriedWrites.set(launchId, { serviceId, write: new RetriedLedgerWrite(write, paid, this.log) });
  }

  /** Nothing of an ended launch is left: its files go as soon as the ledger knows. */
  tidyLater(launchId: LaunchId): void {
    this.#bare.add(launchId);
    this.#tidy(launchId);
  }

  /** The files of a tree go with its last process, but not before the ledger knows how it ended. */
  #tidy(launchId: LaunchId): void {
    const tree = this.#trees.get(launchId);
    if (this.#retriedWrites.has(launchId) || !(tree?.isGone ?? this.#bare.has(launchId))) return;
    this.#trees.delete(launchId);
    this.#bare.delete(launchId);
    this.crashPoint?.('before-removal');
    try {
      removeRecords(this.layout, launchId);
    } catch (error) {
      this.log.warn({ err: error, launchId }, 'The files of an ended launch cannot be removed.');
    }
  }

  /** Resolves when the ledger knows of every end of a service; rejects when its store is away. */
  async retryLedgerWrites(serviceId: ServiceId): Promise<void> {
    const retried = [...this.#retriedWrites.values()].filter((entry) => entry.serviceId === serviceId);
    await Promise.all(retried.map(({ write }) => write.writeNow()));
  }

  /** Ends whatever is left of a service; by default as its launches asked for. */
  async endAll(serviceId: ServiceId, stop?: StopSpec): Promise<void> {
    const trees = [...(this.#services.get(serviceId) ?? [])];
    await Promise.all(trees.map((tree) => tree.end(stop ?? tree.stop)));
  }

  /** Whether a launch is looked after. */
  has(launchId: LaunchId): boolean {
    return this.#trees.has(launchId);
  }

  /** All that are looked after; the list stays as it is, whatever ends meanwhile. */
  all(): readonly Tree[] {
    return [...this.#trees.values()];
  }

  /** The pids of the main processes and shims that are looked after. */
  pids(): ReadonlySet<number> {
    return new Set(
      [...this.#trees.values()].flatMap(({ main, shim }) => (main === null ? shim.pid : [main.pid, shim.pid])),
    );
  }

  /** The tree whose main process lives; null when there is none. */
  alive(serviceId: ServiceId): Tree | null {
    const status = this.status.get(serviceId);
    return status?.status === 'alive' ? (this.#trees.get(status.launch.launchId) ?? null) : null;
  }

  close(): void {
    this.#isClosed = true;
    this.#watch.close();
    this.livenessPoll.close();
    for (const { write } of this.#retriedWrites.values()) write.giveUp();
    for (const tree of this.#trees.values()) tree.close();
    this.status.close();
  }
}
