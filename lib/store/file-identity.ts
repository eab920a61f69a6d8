import { stat, type BigIntStats } from 'node:fs';

/** How long a file system may take to answer; a hung mount answers never. */
const LIMIT_MS = 2_000;

/** What says which file or folder a path leads to. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  /** Nanoseconds since 1970. Where the file system keeps no birth time, Node gives the change time. */
  readonly birthtime: bigint;
  /** Nanoseconds since 1970. */
  readonly changedAt: bigint;
  /** Bytes. */
  readonly size: number;
  /** Hard links. */
  readonly links: number;
}

/** What a look has found; `fault` completes "it": what keeps it from being looked at, or that it is not there. */
export type Found = FileIdentity | { readonly fault: string };

const ABSENT: Found = { fault: 'was removed, renamed or unmounted' };
const SILENT: Found = { fault: 'cannot be looked at: its file system does not answer' };

/**
 * Looks at a path without opening it: a close of the database would drop the locks that SQLite has on it. Never rejects. It has plain
 * callbacks and one timer, since it runs between each commit and its answers.
 */
export function identityOf(path: string): Promise<Found> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, LIMIT_MS, SILENT).unref();
    stat(path, { bigint: true }, (error, stats) => {
      clearTimeout(limit);
      resolve(error === null ? identityIn(stats) : faultOf(error));
    });
  });
}

/** What became of a file that was known, as a clause that completes "it"; null: it is there as it was. */
export function changeOf(found: Found, known: FileIdentity): string | null {
  if ('fault' in found) return found.fault;
  return isSameFile(found, known) ? null : 'was replaced by another one';
}

/** Remembers what is at a path now. Throws when nothing is, or it cannot be looked at. */
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
  return code === 'ENOENT' || code === 'ENOTDIR' ? ABSENT : { fault: `cannot be looked at: ${message}` };
}

/**
 * Whether both are the same file. An inode number alone is not enough: file systems give it again. A time before the change time
 * shows that the file system keeps birth times; where neither of the two shows that, they say nothing.
 */
export function isSameFile(one: FileIdentity, other: FileIdentity): boolean {
  if (one.device !== other.device || one.inode !== other.inode) return false;
  const areKept = [one, other].some(({ birthtime, changedAt }) => birthtime > 0n && birthtime < changedAt);
  return !areKept || one.birthtime === other.birthtime;
}
