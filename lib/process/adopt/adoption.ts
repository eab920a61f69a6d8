import { readdirSync, statSync } from 'node:fs';
import { uptime } from 'node:os';
import type { ProcessExit } from '../../model/process.ts';
import { parseLaunchId, type LaunchId, type ServiceId } from '../../model/values/ids.ts';
import type { LaunchEntry } from '../../ports/launch-ledger.ts';
import { followClaimed } from '../files/await-claim.ts';
import {
  exitOf,
  listRuns,
  readClaim,
  readExit,
  readMain,
  readRequest,
  readShimClaim,
  removeRecords,
  revoke,
  type Claim,
  type ShimClaim,
} from '../files/launch-files.ts';
import { runFolder, type Layout } from '../files/layout.ts';
import { guaranteesOf } from '../launch/shim-kind.ts';
import { NOBODY, type Identity } from '../os/process-identity.ts';
import type { Trees } from '../tree/process-trees.ts';
import type { TreeOrigin } from '../tree/tree-context.ts';

/** A shim that was revoked before it claimed finds its claim taken, however slow it is; none is that slow. */
const REVOKED_FOR_MS = 24 * 60 * 60 * 1_000;
const MOST_NAMED = 20;

/** For launches whose own stop spec cannot be read any more. */
const DEFAULT_STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;

/** Takes over what earlier hosts have launched. */
export class Adoption {
  readonly #trees: Trees;
  readonly #layout: Layout;
  /** Null: the records are a copy of another instance's, so that nothing alive is ours. */
  readonly #boot: string | null;
  /** Launches with an exit record, listed once: to try a thousand absent files takes longer. */
  #recorded: ReadonlySet<string> = new Set();

  constructor(trees: Trees, boot: string | null) {
    this.#trees = trees;
    this.#layout = trees.layout;
    this.#boot = boot;
  }

  /**
   * Brings the facts of the newest launches up to date and looks after everything that still lives. Resolves with the launches that
   * the ledger cannot explain.
   */
  async run(newest: readonly LaunchEntry[]): Promise<readonly LaunchId[]> {
    this.#recorded = new Set(readdirSync(this.#layout.exits));
    const folders = new Set(listRuns(this.#layout));
    const undecided: Promise<void>[] = [];
    for (const entry of newest) {
      const hasFolder = folders.delete(entry.launchId);
      const pending = this.#take(entry, hasFolder);
      this.#trees.crashPoint?.('mid-adoption');
      if (pending !== null) undecided.push(pending);
    }
    const unknown = this.#takeOlder(folders, new Map(newest.map((entry) => [entry.serviceId, entry.generation])));
    await Promise.all(undecided);
    return unknown;
  }

  #take(entry: LaunchEntry, hasFolder: boolean): Promise<void> | null {
    const { serviceId, generation, launchId } = entry;
    const { status } = this.#trees;
    switch (entry.state) {
      case 'exited': {
        const exit = this.#inBoot(entry, entry.exit ?? exitOf(null, this.#trees.clock));
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

  /** A launch whose end is not written down. */
  #takeOpen(entry: LaunchEntry): Promise<void> | null {
    const { launchId } = entry;
    const claim = this.#claimOf(entry);
    if (claim.owner === 'revoked') {
      this.#trees.revoked(entry);
      this.#removeRevoked(launchId);
      return null;
    }
    const main = readMain(this.#layout, launchId) ?? writtenMain(entry);
    if (claim.boot !== this.#boot) this.#sinceBoot(entry);
    else if (this.#isRefused(launchId)) this.#refused(entry, claim);
    else if (main !== null) this.#adopt(entry, claim, main);
    else return this.#follow(entry, claim);
    return null;
  }

  /** Whoever links the claim first decides, so a launch without one is revoked here and now. */
  #claimOf(entry: LaunchEntry): Claim {
    const { launchId } = entry;
    const claim = readClaim(this.#layout, launchId);
    if (claim !== null) return claim;
    const isRevoked = revoke(this.#layout, launchId);
    if (isRevoked && entry.state === 'intent') return { owner: 'revoked' };
    // The claim came just now; or the launch was seen running and somebody has torn its files away.
    return (
      readShimClaim(this.#layout, launchId) ?? { owner: 'shim', kind: entry.shim, shim: NOBODY, boot: entry.bootId }
    );
  }

  /** Nothing outlives a boot; only the record may tell how it ended. */
  #sinceBoot(entry: LaunchEntry): void {
    const record = readExit(this.#layout, entry.launchId);
    if (record !== null && record.execErrno !== 0) this.#trees.revoked(entry);
    else this.#trees.end(entry, this.#inBoot(entry, exitOf(record, this.#trees.clock)));
    this.#trees.tidyLater(entry.launchId);
  }

  /** What nobody saw end in an earlier boot is taken to have ended with the boot. */
  #inBoot(entry: LaunchEntry, exit: ProcessExit): ProcessExit {
    return exit.isKnown || entry.bootId === this.#boot ? exit : { ...exit, isReboot: true };
  }

  #isRefused(launchId: LaunchId): boolean {
    return this.#recorded.has(launchId) && (readExit(this.#layout, launchId)?.execErrno ?? 0) !== 0;
  }

  #refused(entry: LaunchEntry, claim: ShimClaim): void {
    this.#trees.revoked(entry);
    this.#trees.adopt({ ...originOf(entry, claim, this.#layout), hasNoProcesses: true });
  }

  #adopt(entry: LaunchEntry, claim: ShimClaim, main: Identity): void {
    const { launchId, serviceId, generation, executablePath, version } = entry;
    const who = { launchId, serviceId, generation, pid: main.pid, startTime: main.start };
    const guarantees = guaranteesOf(claim.kind);
    const launch = { ...who, executablePath, version, launchedAt: entry.intendedAt, guarantees };
    const isInLedger = entry.state === 'running';
    const rest = originOf(entry, claim, this.#layout, main);
    const tree = this.#trees.adopt({ ...rest, launch, isMainOver: false, isInLedger });
    if (claim.kind !== 'native') tree.look(); // no pipe has told yet whether it lives
  }

  /** The shim has claimed and not yet forked: what comes of it is known in a moment. */
  async #follow(entry: LaunchEntry, claim: ShimClaim): Promise<void> {
    const claimed = await followClaimed(this.#layout, entry.launchId, claim.shim);
    switch (claimed.type) {
      case 'main':
        this.#adopt(entry, claim, claimed.main);
        return;
      case 'refused':
        this.#refused(entry, claim);
        return;
      case 'lost':
      case 'stuck':
        this.#trees.revoked(entry);
        void this.#trees.adopt(originOf(entry, claim, this.#layout)).end({ signal: 'SIGKILL', graceMs: 0 });
    }
  }

  /** The newest launch has ended; its descendants may live on. */
  #takeRest(entry: Rest): void {
    const claim = readClaim(this.#layout, entry.launchId);
    if (claim?.owner !== 'shim') this.#removeRevoked(entry.launchId);
    else if (claim.boot === this.#boot) this.#trees.adopt(originOf(entry, claim, this.#layout));
    else removeRecords(this.#layout, entry.launchId);
  }

  /** Folders of launches that are not the newest of their service; those that come after it are nobody's. */
  #takeOlder(folders: ReadonlySet<string>, newest: ReadonlyMap<ServiceId, number>): readonly LaunchId[] {
    const launchIds = [...folders].flatMap((name) => launchIdOf(name) ?? []);
    const foreign = [...folders].filter((name) => launchIdOf(name) === null);
    if (foreign.length > 0) {
      const named = foreign.slice(0, MOST_NAMED);
      this.#trees.log.warn(
        { folder: this.#layout.run, count: foreign.length, names: named },
        'Not a launch; left alone.',
      );
    }
    return launchIds.filter((launchId) => !this.#isTakenOlder(launchId, newest));
  }

  /** False for a launch that no ledger entry can be about. */
  #isTakenOlder(launchId: LaunchId, newest: ReadonlyMap<ServiceId, number>): boolean {
    const request = readRequest(this.#layout, launchId);
    const known = request === null ? undefined : newest.get(request.serviceId);
    if (readClaim(this.#layout, launchId)?.owner === 'revoked') this.#removeRevoked(launchId);
    else if (request === null || known === undefined || request.generation >= known) return false;
    else this.#takeRest({ launchId, serviceId: request.serviceId });
    return true;
  }

  /** Its shim may still be on the way to find the claim taken, so the folder stays for as long as any shim could live. */
  #removeRevoked(launchId: LaunchId): void {
    const bootedAt = this.#trees.clock.now() - uptime() * 1_000;
    const madeAt = statSync(runFolder(this.#layout, launchId), { throwIfNoEntry: false })?.mtimeMs;
    if (madeAt === undefined) return;
    if (madeAt < Math.max(bootedAt, this.#trees.clock.now() - REVOKED_FOR_MS)) removeRecords(this.#layout, launchId);
  }
}

type Rest = Pick<LaunchEntry, 'launchId' | 'serviceId'>;

function writtenMain({ pid, startTime }: LaunchEntry): Identity | null {
  return pid === null || startTime === null ? null : { pid, start: startTime };
}

function launchIdOf(name: string): LaunchId | null {
  try {
    return parseLaunchId(name);
  } catch {
    return null; // not a folder of a launch
  }
}

/** What is left of a launch, its main process excepted. */
function originOf(
  { launchId, serviceId }: Rest,
  claim: ShimClaim,
  layout: Layout,
  main = readMain(layout, launchId),
): TreeOrigin {
  const stop = readRequest(layout, launchId)?.stop ?? DEFAULT_STOP;
  const { kind, shim } = claim;
  const rest = { launch: null, isMainOver: true, isInLedger: true, hasNoProcesses: false };
  return { launchId, serviceId, kind, shim, main, stop, ...rest };
}
