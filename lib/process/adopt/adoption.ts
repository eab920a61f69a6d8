import { exitOf, hasRun, type ExitRecord } from '../../launching/exit-record.ts';
import { HERE } from '../../model/process.ts';
import { DEFAULT_STOP, type StopSpec } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { LaunchEntry } from '../../ports/launch-ledger.ts';
import { followClaimed } from '../files/await-claim.ts';
import {
  listRuns,
  readClaim,
  readExit,
  readMain,
  readRequest,
  readShimClaim,
  revoke,
  type Claim,
  type ShimClaim,
} from '../files/launch-files.ts';
import { type Layout } from '../files/layout.ts';
import { guaranteesOf } from '../launch/shim-kind.ts';
import type { Identity } from '../os/process-identity.ts';
import type { Trees } from '../tree/process-trees.ts';
import type { TreeOrigin } from '../tree/tree-context.ts';
import { launchIdsAmong } from './launch-folders.ts';
import { inBoot, lostClaim, writtenMain } from './ledger-entry.ts';
import { OTHER_ENGINE, UnreadableRecord } from '../files/record-text.ts';
import type { RecordRemoval } from '../files/record-removal.ts';
import type { Handling, UnreadableLaunches } from './unreadable-launches.ts';

/** Adopts what earlier hosts launched. */
export class Adoption {
  readonly #trees: Trees;
  readonly #layout: Layout;
  /** Null: the records are a copy of another instance's, so that nothing alive is ours. */
  readonly #boot: string | null;
  readonly #unreadable: UnreadableLaunches;
  readonly #removal: RecordRemoval;
  /** Launches that were unreadable, so that no actor knows yet that they are supervised. */
  readonly #held = new Set<LaunchId>();
  /**
   * Launches with an exit record, listed once, because trying to read a thousand absent files takes longer. Records that
   * are added while this is not null are reported by the watch of the folder. Null: each has to be looked for.
   */
  #recorded: ReadonlySet<string> | null = null;

  constructor(trees: Trees, boot: string | null, unreadable: UnreadableLaunches) {
    this.#trees = trees;
    this.#unreadable = unreadable;
    this.#removal = trees.removal;
    this.#layout = trees.layout;
    this.#boot = boot;
  }

  /**
   * Updates the status of the newest launches and supervises everything that is still alive. Resolves with the launches
   * that the ledger does not know.
   */
  async run(newest: readonly LaunchEntry[]): Promise<readonly LaunchId[]> {
    this.#recorded = this.#trees.exitsFolder.list();
    const folders = new Set(listRuns(this.#layout));
    const undecided: Promise<void>[] = [];
    for (const entry of newest) {
      const hasFolder = folders.delete(entry.launchId);
      const pending = this.#takeIfReadable(entry, hasFolder);
      this.#trees.crashPoint?.('mid-adoption');
      if (pending !== null) undecided.push(pending);
    }
    this.#recorded = null; // from now on, others may have been added
    const unknown = this.#takeOlder(folders, new Map(newest.map((entry) => [entry.serviceId, entry.generation])));
    await Promise.all(undecided);
    return unknown;
  }

  /** One launch that cannot be read leaves the others alone. */
  #takeIfReadable(entry: LaunchEntry, hasFolder: boolean): Promise<void> | null {
    try {
      return (
        this.#take(entry, hasFolder)?.catch((error: unknown) => {
          this.#postpone(entry, error);
        }) ?? null
      );
    } catch (error) {
      this.#postpone(entry, error);
      return null;
    }
  }

  #postpone(entry: LaunchEntry, error: unknown): void {
    const { launchId, serviceId, state } = entry;
    const isOpen = state === 'intent' || state === 'running';
    this.#unreadable.add(launchId, error, {
      serviceId,
      handling: isOpen ? 'held' : 'supervised',
      again: (handling) => {
        this.#takeAgain(entry, handling);
      },
    });
  }

  /** A launch that was unreadable until now. A stop that was requested in the meantime is carried out. */
  #takeAgain(entry: LaunchEntry, handling: Handling): void {
    if (handling === 'supervised') {
      this.#takeRest(entry);
      return;
    }
    if (handling === 'held') this.#held.add(entry.launchId);
    const taken = Promise.resolve(this.#takeOpen(entry));
    taken
      .then(() => (handling === 'unwanted' ? this.#trees.endAll(entry.serviceId) : null))
      .catch((error: unknown) => {
        this.#postpone(entry, error);
      });
  }

  #take(entry: LaunchEntry, hasFolder: boolean): Promise<void> | null {
    const { serviceId, generation, launchId } = entry;
    const { status } = this.#trees;
    switch (entry.state) {
      case 'exited': {
        const exit = inBoot(this.#boot, entry, entry.exit ?? exitOf(null, this.#trees.clock));
        status.put(serviceId, { status: 'exited', generation, launchId, exit });
        break;
      }
      case 'revoked':
        status.put(serviceId, { status: 'revoked', generation, launchId });
        break;
      case 'intent':
      case 'running':
        return this.#takeOpen(entry);
    }
    if (hasFolder) this.#takeRest(entry);
    return null;
  }

  /** A launch whose end is not in the ledger. */
  #takeOpen(entry: LaunchEntry): Promise<void> | null {
    const { launchId } = entry;
    if (entry.shim === 'pod') throw new UnreadableRecord(OTHER_ENGINE, launchId);
    const claim = this.#claimOf(entry);
    if (claim.owner === 'revoked') {
      this.#trees.revoked(entry);
      this.#removal.removeRevoked(launchId);
      return null;
    }
    if (claim.boot !== this.#boot) {
      this.#sinceBoot(entry);
      return null;
    }
    const main = writtenMain(entry) ?? readMain(this.#layout, launchId);
    if (this.#isRefused(entry)) this.#refused(entry, claim);
    else if (main !== null) this.#adopt(entry, claim, main);
    else return this.#follow(entry, claim);
    return null;
  }

  /** The first to link the claim decides, so a launch without a claim is revoked now. */
  #claimOf(entry: LaunchEntry): Claim {
    const { launchId } = entry;
    try {
      const claim = readClaim(this.#layout, launchId);
      if (claim !== null) return claim;
    } catch (error) {
      if (entry.state === 'intent') throw error; // not known whether there is a process
      this.#reportUnreadable(entry, error, () => readClaim(this.#layout, launchId));
      return lostClaim(entry);
    }
    const isRevoked = revoke(this.#layout, launchId);
    if (isRevoked && entry.state === 'intent' && !this.#hasRun(entry)) return { owner: 'revoked' };
    // The claim was linked just now; or the launch has run, and its files were deleted.
    return readShimClaim(this.#layout, launchId) ?? lostClaim(entry);
  }

  /** A launch that is supervised although one of its records cannot be read. */
  #reportUnreadable({ launchId, serviceId }: Rest, error: unknown, again: () => unknown): void {
    this.#unreadable.add(launchId, error, { serviceId, handling: 'supervised', again });
  }

  /** No process survives a reboot; only the exit record may say how it ended. */
  #sinceBoot(entry: LaunchEntry): void {
    const record = this.#exitOf(entry);
    if (record !== null && record.execErrno !== 0) this.#trees.revoked(entry);
    else this.#trees.end(entry, inBoot(this.#boot, entry, exitOf(record, this.#trees.clock)));
    this.#trees.tidyLater(entry.launchId);
  }

  #isRefused(entry: LaunchEntry): boolean {
    return this.#mayHaveRecord(entry) && (this.#exitOf(entry)?.execErrno ?? 0) !== 0;
  }

  #hasRun(entry: LaunchEntry): boolean {
    const record = this.#mayHaveRecord(entry) ? this.#exitOf(entry) : null;
    return record !== null && hasRun(record);
  }

  #mayHaveRecord({ launchId }: Rest): boolean {
    return this.#recorded?.has(launchId) ?? true;
  }

  /** The exit record; null also if it cannot be read. */
  #exitOf(entry: LaunchEntry): ExitRecord | null {
    try {
      return readExit(this.#layout, entry.launchId);
    } catch (error) {
      if (entry.state === 'intent') throw error; // its program may never have run
      this.#reportUnreadable(entry, error, () => readExit(this.#layout, entry.launchId));
      return null;
    }
  }

  #refused(entry: LaunchEntry, claim: ShimClaim): void {
    this.#trees.revoked(entry);
    this.#trees.adopt({ ...this.#originOf(entry, claim), hasNoProcesses: true });
  }

  #adopt(entry: LaunchEntry, claim: ShimClaim, main: Identity): void {
    const { launchId, serviceId, generation, executablePath, version } = entry;
    const who = { launchId, serviceId, generation, pid: main.pid, startTime: main.start, ...HERE };
    const guarantees = guaranteesOf(claim.kind, claim.outputBuffer);
    const launch = { ...who, executablePath, version, launchedAt: entry.intendedAt, guarantees };
    if (this.#held.delete(launchId)) this.#unreadable.found(launch);
    const alive = { launch, isMainOver: false, isInLedger: entry.state === 'running' };
    const origin = { ...this.#originOf(entry, claim, main), ...alive };
    const tree = this.#trees.adopt(origin, this.#mayHaveRecord(entry));
    if (claim.kind !== 'native') tree.check(); // no pipe reports whether it is alive
  }

  /** The shim has claimed but not forked yet: the result follows within moments. */
  async #follow(entry: LaunchEntry, claim: ShimClaim): Promise<void> {
    const claimed = await followClaimed(this.#layout, entry.launchId, claim.shim);
    switch (claimed.type) {
      case 'main':
        this.#adopt(entry, claim, claimed.main);
        return;
      case 'ended':
        this.#trees.end(entry, exitOf(claimed.record, this.#trees.clock));
        this.#trees.adopt(this.#originOf(entry, claim, null));
        return;
      case 'refused':
        this.#refused(entry, claim);
        return;
      case 'lost':
      case 'stuck':
        this.#trees.revoked(entry);
        void this.#trees.adopt(this.#originOf(entry, claim)).end({ signal: 'SIGKILL', graceMs: 0 });
    }
  }

  /** The newest launch has ended; its descendants may still be alive. */
  #takeRest(entry: Rest): void {
    const claim = readClaim(this.#layout, entry.launchId);
    if (claim?.owner !== 'shim') this.#removal.removeRevoked(entry.launchId);
    else if (claim.boot === this.#boot) this.#trees.adopt(this.#originOf(entry, claim));
    else this.#removal.remove(entry.launchId);
  }

  /** Folders of launches older than the newest of their service. Returns the others, which no ledger entry explains. */
  #takeOlder(folders: ReadonlySet<string>, newest: ReadonlyMap<ServiceId, number>): readonly LaunchId[] {
    const launchIds = launchIdsAmong([...folders], this.#layout.run, this.#trees.log);
    return launchIds.filter((launchId) => !this.#isTakenOrUnreadable(launchId, newest));
  }

  /** The remains of a launch without its main process. */
  #originOf(entry: Rest, claim: ShimClaim, main = readMain(this.#layout, entry.launchId)): TreeOrigin {
    const { launchId, serviceId } = entry;
    const { kind, shim } = claim;
    const rest = { launch: null, isMainOver: true, isInLedger: true, hasNoProcesses: false };
    return { launchId, serviceId, kind, shim, main, stop: this.#stopOf(entry), ...rest };
  }

  #stopOf(entry: Rest): StopSpec {
    try {
      return readRequest(this.#layout, entry.launchId)?.stop ?? DEFAULT_STOP;
    } catch (error) {
      this.#reportUnreadable(entry, error, () => readRequest(this.#layout, entry.launchId));
      return DEFAULT_STOP;
    }
  }

  /** False for a readable launch that no ledger entry explains. One that cannot be read is left to its tags. */
  #isTakenOrUnreadable(launchId: LaunchId, newest: ReadonlyMap<ServiceId, number>): boolean {
    try {
      return this.#isTakenOlder(launchId, newest);
    } catch (error) {
      const again = (): void => void this.#isTakenOlder(launchId, newest);
      this.#unreadable.add(launchId, error, { serviceId: null, handling: 'supervised', again });
      return true;
    }
  }

  /** False for a launch that no ledger entry explains. */
  #isTakenOlder(launchId: LaunchId, newest: ReadonlyMap<ServiceId, number>): boolean {
    const request = readRequest(this.#layout, launchId);
    const known = request === null ? undefined : newest.get(request.serviceId);
    if (readClaim(this.#layout, launchId)?.owner === 'revoked') this.#removal.removeRevoked(launchId);
    else if (request === null || known === undefined || request.generation >= known) return false;
    else this.#takeRest({ launchId, serviceId: request.serviceId });
    return true;
  }
}

type Rest = Pick<LaunchEntry, 'launchId' | 'serviceId'>;
