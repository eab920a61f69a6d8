import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { codeOf } from '../os/error-code.ts';

/** No record is nearly as large as this: the longest is a request with the path of a program. */
const MAX_BYTES = 64 * 1024;

/** The process or the system lacks resources, so any file would be affected. */
const SHORTAGES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EAGAIN']);

/** The code for a launch that has its records elsewhere, because another engine made it. */
export const OTHER_ENGINE = 'EENGINE';

/** A record that exists and cannot be read. */
export class UnreadableRecord extends Error {
  readonly code: string;
  readonly path: string;

  constructor(code: string, path: string) {
    super(messageOf(code, path));
    this.code = code;
    this.path = path;
  }
}

function messageOf(code: string, path: string): string {
  if (code === OTHER_ENGINE)
    return `The launch "${path}" was made by another engine, so this host cannot say whether it is running. Start the host with the engine that made it, and stop the service there first.`;
  if (code === 'ESTALE')
    return `The exit record of a launch is not in "${path}", which is not the folder that its shim has open. Put that folder back.`;
  if (code === 'EPROTONOSUPPORT')
    return `The record "${path}" is of a newer version of the launch protocol than this host knows. Run the version of Coredinator that wrote it, or a newer one.`;
  return `The record "${path}" of a launch cannot be read (${code}). ${remedyFor(code)}`;
}

function remedyFor(code: string): string {
  if (code === 'EACCES' || code === 'EPERM') return 'Return it to the user that the host runs as (chown).';
  if (code === 'EFBIG') return 'It is larger than any record: restore it, or remove it.';
  return 'Repair or restore it. If that is impossible, remove it: then it counts as missing.';
}

/** Whether nothing is in a place. Opening it there throws, which takes three times as long. */
export function isAbsent(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false; // reading it says why
  }
}

/**
 * The text of a record; null if there is none. Whatever is in its place, this never blocks, and never reads more than
 * the maximum size. Throws an UnreadableRecord, or the error of the system if it has no descriptors or memory left.
 */
export function recordText(file: string): string | null {
  let fd: number | null = null;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK); // a FIFO in its place must not block
    const stats = fstatSync(fd);
    if (stats.isDirectory()) throw new UnreadableRecord('EISDIR', file);
    if (!stats.isFile()) throw new UnreadableRecord('EINVAL', file);
    if (stats.size > MAX_BYTES) throw new UnreadableRecord('EFBIG', file);
    const bytes = Buffer.alloc(stats.size);
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (error instanceof UnreadableRecord || code === '' || SHORTAGES.has(code)) throw error;
    throw new UnreadableRecord(code, file);
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** The problem behind an error while processes or records were read, as a sentence for health. */
export function readingProblem(error: unknown): string {
  return error instanceof UnreadableRecord ? error.message : `Processes cannot be inspected now: ${codeOf(error)}.`;
}
