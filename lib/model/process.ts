import type { LaunchId, ServiceId } from './values/ids.ts';
import type { Instant } from './values/time.ts';

/** How a launch is held: by the C shim, the POSIX shell shim, or the Node shim. */
export type ShimKind = 'native' | 'sh' | 'node';

/** What holds for a launch on this machine (contract 3.4). */
export interface Guarantees {
  /** The exit status is always known and exact. */
  readonly exactExit: boolean;
  /** A stop reaches every descendant, daemons included. */
  readonly treeComplete: boolean;
  /** Log space is released without losing a line. */
  readonly losslessRotation: boolean;
}

/** The end of a main process. With `isKnown` false nobody saw it: neither code nor signal are to be had. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly at: Instant;
  readonly isKnown: boolean;
  /** The machine went down under it: the launch was made in an earlier boot, and nobody saw its end. */
  readonly isReboot?: boolean;
}

/** One launched process: who it is, beyond doubt. (bootId, pid, startTime) never repeats. */
export interface Launch {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly pid: number;
  /** Start time as the system counts it (Linux: clock ticks since boot). */
  readonly startTime: string;
  readonly executablePath: string;
  readonly version: string | null;
  readonly launchedAt: Instant;
  readonly guarantees: Guarantees;
}

/** Where a process is, as sentences name it; null: there is none, or its pid was not kept. */
export function whereOf(process: { readonly pid: number | null } | null): string {
  return `pid ${process?.pid ?? '?'}`;
}

/** Why nothing was launched. `isPermanent`: the same file would be refused again (ENOENT, EACCES, ENOEXEC, ...). */
export interface LaunchFailure {
  readonly code: string;
  readonly isPermanent: boolean;
  readonly message: string;
}

/** ESTORE: the intent cannot be made durable. ESTRAY: an unknown process of the service lives. ETIMEDOUT: no shim came up. The others are the system's own words. */
const HOST_TROUBLE: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EDQUOT',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'ENOSPC',
  'EROFS',
  'ESTORE',
  'ESTRAY',
  'ETIMEDOUT',
]);

/** Whether this machine or this host lacks something that launches need: nothing that the service could be blamed for. */
export function isHostTrouble({ code, isPermanent }: Pick<LaunchFailure, 'code' | 'isPermanent'>): boolean {
  return !isPermanent && HOST_TROUBLE.has(code);
}

/** The same of an error that an effect broke with. */
export function isHostTroubleError(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' && HOST_TROUBLE.has(code);
}

export type LaunchOutcome =
  | { readonly type: 'launched'; readonly launch: Launch }
  | { readonly type: 'refused'; readonly generation: number; readonly failure: LaunchFailure };

/**
 * What is known of the newest launch of a service when a host comes up.
 * `alive`: the main process lives. `exited`: it ended, `exit` says how. `revoked`: it never began.
 */
export type LaunchStatus =
  | { readonly status: 'alive'; readonly generation: number; readonly launch: Launch }
  | { readonly status: 'exited'; readonly generation: number; readonly launchId: LaunchId; readonly exit: ProcessExit }
  | { readonly status: 'revoked'; readonly generation: number; readonly launchId: LaunchId };

/** The file that a launch would run, chosen anew each time. */
export interface Executable {
  readonly path: string;
  /** Semver of the file name, or null when it carries none. */
  readonly version: string | null;
  /** Changes whenever the file does (inode, size, modification time, mode). */
  readonly fingerprint: string;
}

export type ExecutableChoice =
  { readonly type: 'found'; readonly executable: Executable } | { readonly type: 'missing'; readonly reason: string };
