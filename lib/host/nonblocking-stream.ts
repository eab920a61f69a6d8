import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** How much is kept while the reader accepts nothing; later records are dropped. */
const MAX_KEPT_BYTES = 1024 * 1024;
/** The delay of an attempt, and the longest: it doubles while nothing at all is accepted. */
const RETRY_MS = 20;
const MAX_RETRY_MS = 500;
/** How long a process that exits waits for a reader that is behind. */
const EXIT_TIMEOUT_MS = 1_000;
const EXIT_RETRY_MS = 10;

/** A stream that never blocks the process, however slow its reader is. */
export interface NonblockingStream {
  write(line: string): void;
  /** Resolves when everything kept is written, or after a second. */
  close(): Promise<void>;
}

/**
 * Writes each line at once: the last lines before an exit or a crash are the important ones. If the reader of the file
 * descriptor is behind, up to 1 MiB is kept and tried again; later lines are dropped, and `onDropped` is called with
 * their number when the reader has caught up. The same holds for a file on a disk that is full. What cannot be written
 * because its reader is gone is lost, and must not affect the host.
 */
export function nonblockingStream(descriptor: number, onDropped: (lines: number) => void): NonblockingStream {
  const fd = unblocked(descriptor);
  /** What the reader has not accepted yet; empty: it is not behind. */
  let kept: Uint8Array[] = [];
  let keptBytes = 0;
  let dropped = 0;

  function retryIn(ms: number): void {
    setTimeout(() => {
      const before = keptBytes;
      if (!putKept()) retryIn(keptBytes < before ? RETRY_MS : Math.min(2 * ms, MAX_RETRY_MS));
    }, ms).unref();
  }

  function keep(bytes: Uint8Array): void {
    kept.push(bytes);
    keptBytes += bytes.length;
  }

  function put(bytes: Uint8Array): void {
    const rest = bytes.subarray(written(fd, bytes));
    if (rest.length === 0) return;
    if (kept.length === 0) retryIn(RETRY_MS);
    keep(rest);
  }

  /** Returns whether everything is written. */
  function putKept(): boolean {
    const [first = new Uint8Array(), ...more] = kept;
    const all = more.length === 0 ? first : Buffer.concat(kept);
    [kept, keptBytes] = [[], 0];
    const rest = all.subarray(written(fd, all));
    if (rest.length > 0) {
      keep(rest);
      return false;
    }
    const lines = dropped;
    dropped = 0;
    if (lines > 0) onDropped(lines);
    return true;
  }

  process.once('exit', () => {
    const until = performance.now() + EXIT_TIMEOUT_MS;
    const nothing = new Int32Array(new SharedArrayBuffer(4));
    while (!putKept() && performance.now() < until) Atomics.wait(nothing, 0, 0, EXIT_RETRY_MS);
  });
  return {
    write: (line) => {
      const bytes = Buffer.from(line);
      if (kept.length === 0) put(bytes);
      else if (keptBytes + bytes.length <= MAX_KEPT_BYTES) keep(bytes);
      else dropped += 1;
    },
    close: async () => {
      const until = performance.now() + EXIT_TIMEOUT_MS;
      while (!putKept() && performance.now() < until)
        await new Promise((resolve) => setTimeout(resolve, EXIT_RETRY_MS));
    },
  };
}

/** The errors of a pipe, a socket or a terminal without a reader. */
const GONE: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'EBADF']);

/** How much of `bytes` needs no further attempt: what was accepted, or all if there is no reader. */
function written(fd: number, bytes: Uint8Array): number {
  let done = 0;
  try {
    while (done < bytes.length) done += writeSync(fd, bytes, done);
    return done;
  } catch (error) {
    return error instanceof Error && 'code' in error && GONE.has(String(error.code)) ? bytes.length : done;
  }
}

/**
 * The same target as a descriptor that never blocks: of a FIFO or a terminal, whose reader can stop (a pager, Ctrl-S).
 * Node has already set this for sockets and pipes that are its standard streams, but not for terminals.
 */
function unblocked(fd: number): number {
  const kind = fstatSync(fd);
  if (!kind.isFIFO() && !kind.isCharacterDevice()) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd; // another system, a pipe of another user, or its reader is gone
  }
}
