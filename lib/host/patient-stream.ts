import { constants, fstatSync, openSync } from 'node:fs';
import { pino } from 'pino';

/** How much is kept while the reader accepts nothing; later records are dropped. */
const MAX_KEPT_BYTES = 1024 * 1024;
const RETRY_MS = 100;
/** How long a process that exits waits for a reader that is behind. */
const EXIT_PATIENCE_MS = 1_000;
const EXIT_RETRY_MS = 10;

/** A stream that never blocks the process, however slow its reader is. */
export interface PatientStream {
  write(line: string): void;
  /** Resolves when everything kept is written, or after a second. */
  close(): Promise<void>;
}

/**
 * Writes each line at once: the last lines before an exit or a crash are the important ones. If the reader of the file
 * descriptor is behind, up to 1 MiB is kept and tried again; later lines are dropped, and `onDropped` is called with
 * their number when the reader has caught up. A reader that is gone (EPIPE, EIO) must not affect the host.
 */
export function patientStream(fd: number, onDropped: (lines: number) => void): PatientStream {
  let isBehind = false;
  let dropped = 0;
  let timer: NodeJS.Timeout | null = null;
  const sink = pino.destination({
    dest: unblocked(fd),
    sync: true,
    maxLength: MAX_KEPT_BYTES,
    // Otherwise it would sleep here until the reader has caught up, and the host would stand still.
    retryEAGAIN: () => false,
  });
  sink.on('drop', () => (dropped += 1));
  sink.on('error', (error: NodeJS.ErrnoException) => {
    isBehind = error.code === 'EAGAIN';
    if (isBehind) timer ??= setTimeout(tryAgain, RETRY_MS).unref();
  });
  const isWritten = (): boolean => {
    isBehind = false;
    sink.write(''); // writes what is kept, and emits an error synchronously if it cannot
    return !isBehind;
  };
  function tryAgain(): void {
    timer = null;
    if (!isWritten() || dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    onDropped(lines);
  }
  process.once('exit', () => {
    const until = performance.now() + EXIT_PATIENCE_MS;
    const nothing = new Int32Array(new SharedArrayBuffer(4));
    while (isBehind && !isWritten() && performance.now() < until) Atomics.wait(nothing, 0, 0, EXIT_RETRY_MS);
  });
  return {
    write: (line) => {
      sink.write(line);
    },
    close: async () => {
      const until = performance.now() + EXIT_PATIENCE_MS;
      while (isBehind && !isWritten() && performance.now() < until)
        await new Promise((resolve) => setTimeout(resolve, EXIT_RETRY_MS));
    },
  };
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
