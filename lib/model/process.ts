import { systemCodeOf } from './system-error.ts';
import type { LaunchId, ServiceId } from './values/ids.ts';
import type { Instant, Millis } from './values/time.ts';

/** A shim that this version starts: in C, or in Node. */
export type OwnShimKind = 'native' | 'node';

/** The shim of a process of this machine. Earlier versions also started one in POSIX shell, which may still hold its service. */
export type LocalShimKind = OwnShimKind | 'sh';

/** The shim of a launch. `pod`: it is the first process of a pod in a cluster. */
export type ShimKind = LocalShimKind | 'pod';

/** What is guaranteed for a launch on this machine (contract 3.4). */
export interface Guarantees {
  /** The exit status is always known and exact. */
  readonly exactExit: boolean;
  /** A stop reaches every descendant, daemons included. */
  readonly treeComplete: boolean;
  /** Log space is released without losing a line. */
  readonly losslessRotation: boolean;
  /** Output on stdout and stderr is kept apart; without it all of it counts as `stdout`. */
  readonly separateStreams: boolean;
  /** How many bytes the service can write before it waits for its reader; null: unknown, or its output has no pipe. */
  readonly outputBuffer: number | null;
}

/** Why processes of an earlier boot ended. */
export const REBOOTED = 'the machine was rebooted';

/** What a main process has used, together with the descendants that it has waited for. */
export interface ExitUsage {
  /** The most memory that one of them had at any time, in bytes. */
  readonly maxRss: number;
  readonly cpuMs: Millis;
}

/** The exit of a main process. With `isKnown` false nobody observed it, and code and signal are unknown. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly at: Instant;
  readonly isKnown: boolean;
  /** The service is not to blame: something else ended it, as `because` says. It starts again immediately. */
  readonly isBlameless?: boolean;
  /** What ended it besides its own doing, as a clause such as {@link REBOOTED}; absent: nothing else is known. */
  readonly because?: string;
  /** Absent: unknown. */
  readonly usage?: ExitUsage;
}

/** Where a service on the machine of the host can be reached. */
export const LOOPBACK = '127.0.0.1';

/** The place and the address of processes on the machine of the host. */
export const HERE = { place: null, address: LOOPBACK } as const;

/** One launched process with its unique identity: (bootId, pid, startTime) never repeats. */
export interface Launch {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly generation: number;
  /** Its pid on the machine of the host; null: it runs elsewhere, see `place`. */
  readonly pid: number | null;
  /**
   * What never repeats for this pid: its start time in the system's own unit (Linux: clock ticks since boot). Without a
   * pid it identifies the process alone.
   */
  readonly startTime: string;
  /** Where it runs, as in `pod pump1 on node n2`; null: on the machine of the host. */
  readonly place: string | null;
  /** The host name or address at which it can be reached. */
  readonly address: string;
  readonly executablePath: string;
  readonly version: string | null;
  readonly launchedAt: Instant;
  readonly guarantees: Guarantees;
}

/** The process as messages name it, by its place or its pid; null if there is none or neither was stored. */
export function processLabel(process: ProcessPlace | null): string {
  return process?.place ?? `pid ${process?.pid ?? '?'}`;
}

/** Where a process is found. */
export interface ProcessPlace {
  readonly pid: number | null;
  readonly place: string | null;
}

/** The same in the details of an event: without the place of a process on the machine of the host. */
export function processDetail({ pid, place }: ProcessPlace): Partial<ProcessPlace> {
  return place === null ? { pid } : { pid, place };
}

/**
 * Why nothing was launched. `isPermanent`: the same file would be refused again (ENOENT, EACCES, ENOEXEC, ...). The
 * code is that of the system, or one of the host such as ENOUSER, ENOGROUP and those below.
 */
export interface LaunchFailure {
  readonly code: string;
  readonly isPermanent: boolean;
  readonly message: string;
}

/**
 * EADDRINUSE: there is no free port. EAPI: the engine cannot be reached, or takes no requests now. EIMAGE: an image cannot
 * be loaded now. EPLACE: there is no place that could run the process now. EPREDECESSOR: it cannot be proven now that the
 * previous launch has ended. EQUOTA: a quota of the engine is used up. ESHIM: the shim of the previous launch can neither be woken nor killed. ESTATE: a
 * folder of the state directory is missing. ESTORE: the launch cannot be recorded, or the host can launch nothing. ESTRAY: an orphan process of the
 * service is running. ETIMEDOUT: no shim came up. EUNREADABLE: a record that says whether the service is running cannot
 * be read. The others are system error codes.
 */
const HOST_FAULTS: ReadonlySet<string> = new Set([
  'EADDRINUSE',
  'EAGAIN',
  'EAPI',
  'EDQUOT',
  'EIMAGE',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'ENOSPC',
  'EPLACE',
  'EPREDECESSOR',
  'EQUOTA',
  'EROFS',
  'ESHIM',
  'ESTATE',
  'ESTORE',
  'ESTRAY',
  'ETIMEDOUT',
  'EUNREADABLE',
]);

/** Whether this machine or this host lacks something that launches need, so that the service is not to blame. */
export function isHostFault({ code, isPermanent }: Pick<LaunchFailure, 'code' | 'isPermanent'>): boolean {
  return !isPermanent && HOST_FAULTS.has(code);
}

/**
 * Whether the service is not to blame for a launch that failed: a fault of the host, or a file that is still being
 * written.
 */
export function isBlameless(failure: Pick<LaunchFailure, 'code' | 'isPermanent'>): boolean {
  return isHostFault(failure) || failure.code === 'ETXTBSY';
}

/** Whether a write failed only because the disk, its inodes or a quota are used up, which ends some time. */
export function isNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(systemCodeOf(error));
}

/** Whether a failed effect is due to a fault of the host. */
export function isHostFaultError(error: unknown): boolean {
  return HOST_FAULTS.has(systemCodeOf(error));
}

/** Why it is not known whether the newest launch of a service lives; null: that is known. */
export function doubtOf(status: LaunchStatus | null): Doubt | null {
  return status?.status === 'alive' ? (status.doubt ?? null) : null;
}

export type LaunchOutcome =
  | { readonly type: 'launched'; readonly launch: Launch }
  | { readonly type: 'refused'; readonly generation: number; readonly failure: LaunchFailure };

/** A launch that did not begin, because the host as a whole can launch nothing. `obstacle` is a sentence. */
export interface BlockedLaunch {
  readonly type: 'blocked';
  readonly obstacle: string;
}

/** An engine cannot say whether a process still lives, for instance because its machine cannot be reached. */
export interface Doubt {
  readonly since: Instant;
  /** A clause, such as `node n2 is not ready`. */
  readonly reason: string;
}

/**
 * What is known about the newest launch of a service when a host starts. `alive`: the main process is running, or (with a
 * doubt) it was when something was last known of it.
 * `exited`: it ended, see `exit`. `revoked`: it never started.
 */
export type LaunchStatus =
  | { readonly status: 'alive'; readonly generation: number; readonly launch: Launch; readonly doubt?: Doubt }
  | { readonly status: 'exited'; readonly generation: number; readonly launchId: LaunchId; readonly exit: ProcessExit }
  | { readonly status: 'revoked'; readonly generation: number; readonly launchId: LaunchId };

/** The file that a launch would run, chosen again for each launch. */
export interface Executable {
  readonly path: string;
  /** The semver in the file name; null if there is none. */
  readonly version: string | null;
  /** Changes whenever the file changes (inode, size, modification time, mode). */
  readonly fingerprint: string;
  /** Files of the same version at the same depth, which were not chosen only because of their names; absent: none. */
  readonly twins?: readonly string[];
}

export type ExecutableChoice =
  | { readonly type: 'found'; readonly executable: Executable }
  | { readonly type: 'missing'; readonly reason: string };
