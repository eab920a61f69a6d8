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
import { NO_PROCESS, type Identity } from '../os/process-identity.ts';
import type { Trees } from '../tree/process-trees.ts';
import type { TreeOrigin } from '../tree/tree-context.ts';

/**
 * How long the folder of a revoked launch is kept: a shim that has not claimed yet must find the claim taken, however
 * slow it is.
 */
const REVOKED_FOR_MS = 24 * 60 * 60 * 1_000;
const MAX_NAMED = 20;

/** For launches whose own stop spec is unreadable. */
const DEFAULT_STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;

/** Adopts what earlier hosts launched. */
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
   * Updates the status of the newest launches and supervises everything that is still alive. Resolves with the launches
   * that the ledger does not know.
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

  /** A launch whose end is not in the ledger. */
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

  /** The first to link the claim decides, so a launch without a claim is revoked now. */
  #claimOf(entry: LaunchEntry): Claim {
    const { launchId } = entry;
    const claim = readClaim(this.#layout, launchId);
    if (claim !== null) return claim;
    const isRevoked = revoke(this.#layout, launchId);
    if (isRevoked && entry.state === 'intent') return { owner: 'revoked' };
    // The claim was linked just now; or the launch was recorded as running and its files were deleted.
    return (
      readShimClaim(this.#layout, launchId) ?? { owner: 'shim', kind: entry.shim, shim: NO_PROCESS, boot: entry.bootId }
    );
  }

  /** No process survives a reboot; only the exit record may say how it ended. */
  #sinceBoot(entry: LaunchEntry): void {
    const record = readExit(this.#layout, entry.launchId);
    if (record !== null && record.execErrno !== 0) this.#trees.revoked(entry);
    else this.#trees.end(entry, this.#inBoot(entry, exitOf(record, this.#trees.clock)));
    this.#trees.tidyLater(entry.launchId);
  }

  /** A process of an earlier boot whose end was not observed is treated as ended by the reboot. */
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
    if (claim.kind !== 'native') tree.look(); // no pipe reports whether it is alive
  }

  /** The shim has claimed but not forked yet: the result follows within moments. */
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

  /** The newest launch has ended; its descendants may still be alive. */
  #takeRest(entry: Rest): void {
    const claim = readClaim(this.#layout, entry.launchId);
    if (claim?.owner !== 'shim') this.#removeRevoked(entry.launchId);
    else if (claim.boot === this.#boot) this.#trees.adopt(originOf(entry, claim, this.#layout));
    else removeRecords(this.#layout, entry.launchId);
  }

  /** Folders of launches older than the newest of their service. Returns the others, which no ledger entry explains. */
  #takeOlder(folders: ReadonlySet<string>, newest: ReadonlyMap<ServiceId, number>): readonly LaunchId[] {
    const launchIds = [...folders].flatMap((name) => launchIdOf(name) ?? []);
    const foreign = [...folders].filter((name) => launchIdOf(name) === null);
    if (foreign.length > 0) {
      const named = foreign.slice(0, MAX_NAMED);
      this.#trees.log.warn(
        { folder: this.#layout.run, count: foreign.length, names: named },
        'not a launch folder; left alone',
      );
    }
    return launchIds.filter((launchId) => !this.#isTakenOlder(launchId, newest));
  }

  /** False for a launch that no ledger entry explains. */
  #isTakenOlder(launchId: LaunchId, newest: ReadonlyMap<ServiceId, number>): boolean {
    const request = readRequest(this.#layout, launchId);
    const known = request === null ? undefined : newest.get(request.serviceId);
    if (readClaim(this.#layout, launchId)?.owner === 'revoked') this.#removeRevoked(launchId);
    else if (request === null || known === undefined || request.generation >= known) return false;
    else this.#takeRest({ launchId, serviceId: request.serviceId });
    return true;
  }

  /** Its shim may not have noticed the taken claim yet, so the folder stays as long as any shim could be alive. */
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
    return null; // not a launch folder
  }
}

/** The remains of a launch without its main process. */
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
