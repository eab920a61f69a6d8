import { stat, statSync, type BigIntStats } from 'node:fs';

/** The time limit for a file system to respond; a hung mount never does. */
const TIME_LIMIT_MS = 2_000;

/** Identifies the file or folder at a path. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  /** Nanoseconds since 1970. If the file system has no birth times, Node returns the change time. */
  readonly birthtime: bigint;
  /** Nanoseconds since 1970. */
  readonly changedAt: bigint;
  /** Bytes. */
  readonly size: number;
  /** Hard links. */
  readonly links: number;
}

/** The result of a check; `fault` completes "it": that it is missing, or why it cannot be checked. */
export type Found = FileIdentity | { readonly fault: string };

const ABSENT: Found = { fault: 'was removed, renamed or unmounted' };
const NO_RESPONSE: Found = { fault: 'cannot be checked: its file system does not respond' };

/** Checks a path without opening it: closing the database file would drop SQLite's locks on it. Never rejects. */
export function identityOf(path: string): Promise<Found> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, TIME_LIMIT_MS, NO_RESPONSE).unref();
    stat(path, { bigint: true }, (error, stats) => {
      clearTimeout(limit);
      resolve(error === null ? identityIn(stats) : faultOf(error));
    });
  });
}

/**
 * Does the same at once, for checks between a commit and its responses: a few microseconds, where a turn of the thread
 * pool takes a hundred. It waits for a file system that does not respond; the commit has just used it.
 */
export function identityNow(path: string): Found {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? ABSENT : identityIn(stats);
  } catch (error) {
    return faultOf(error as NodeJS.ErrnoException);
  }
}

/** How a known file has changed, as a clause that completes "it"; null: it is the same file. */
export function changeOf(found: Found, known: FileIdentity): string | null {
  if ('fault' in found) return found.fault;
  return isSameFile(found, known) ? null : 'was replaced by another one';
}

/** The identity of the file at a path. Throws if it is missing or cannot be checked. */
export async function knownAt(path: string): Promise<FileIdentity> {
  const found = await identityOf(path);
  if ('fault' in found) throw new Error(`"${path}" ${found.fault}.`);
  return found;
}

function identityIn({ dev, ino, birthtimeNs, ctimeNs, size, nlink }: BigIntStats): FileIdentity {
  return {
    device: dev,
    inode: ino,
    birthtime: birthtimeNs,
    changedAt: ctimeNs,
    size: Number(size),
    links: Number(nlink),
  };
}

function faultOf({ code, message }: NodeJS.ErrnoException): Found {
  return code === 'ENOENT' || code === 'ENOTDIR' ? ABSENT : { fault: `cannot be checked: ${message}` };
}

function hasBirthtime({ birthtime, changedAt }: FileIdentity): boolean {
  return birthtime > 0n && birthtime < changedAt;
}

/**
 * Whether both are the same file. An inode number alone is not enough, because file systems reuse it. A birth time
 * before the change time shows that the file system has birth times; if neither of the two shows that, birth times are
 * ignored.
 */
export function isSameFile(one: FileIdentity, other: FileIdentity): boolean {
  if (one.device !== other.device || one.inode !== other.inode) return false;
  return one.birthtime === other.birthtime || !(hasBirthtime(one) || hasBirthtime(other));
}
