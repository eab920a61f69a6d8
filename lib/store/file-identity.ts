import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a file system may take to answer; a hung mount answers never. */
const LIMIT_MS = 2_000;

/** What says which file or folder a path leads to. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  /** Nanoseconds since 1970; null where the file system keeps no birth time. */
  readonly birthtime: bigint | null;
  /** Bytes. */
  readonly size: number;
}

/** `absent`: nothing is there. `silent`: the file system did not answer within 2 s. */
export type Found = FileIdentity | 'absent' | 'silent';

/** Looks at a path without opening it: a close of the database would drop the locks that SQLite has on it. Throws other errors of stat. */
export async function identityOf(path: string): Promise<Found> {
  try {
    return await inTime(stat(path, { bigint: true }).then(identityIn));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return 'absent';
    throw error;
  }
}

/** What is asked of a file system, or `silent` after 2 s. What comes later is not waited for. */
export async function inTime<T>(asked: Promise<T>): Promise<T | 'silent'> {
  const limit = new AbortController();
  const silence = pause(LIMIT_MS, 'silent' as const, { signal: limit.signal, ref: false });
  silence.catch(() => undefined); // aborted below
  try {
    return await Promise.race([asked, silence]);
  } finally {
    limit.abort();
  }
}

/**
 * Node gives the change time where the file system keeps no birth time. Only one that lies before the change time is known to be a
 * birth time.
 */
function identityIn({ dev, ino, birthtimeNs, ctimeNs, size }: BigIntStats): FileIdentity {
  const birthtime = birthtimeNs > 0n && birthtimeNs < ctimeNs ? birthtimeNs : null;
  return { device: dev, inode: ino, birthtime, size: Number(size) };
}

/** Whether both are the same file. An inode number alone is not enough: file systems give it again. */
export function isSameFile(one: FileIdentity, other: FileIdentity): boolean {
  if (one.device !== other.device || one.inode !== other.inode) return false;
  return one.birthtime === null || other.birthtime === null || one.birthtime === other.birthtime;
}
