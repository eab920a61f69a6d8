import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { codeOf } from '../os/error-code.ts';
import { Lines } from '../os/lines.ts';

/** A FIFO of a shim that reaches end of file when the shim exits. */
export interface AlivePipe {
  close(): void;
}

const first = Buffer.alloc(4096);

/** What happens on the pipe of a shim; each is called in a later turn. */
export interface AliveListener {
  /** The shim has exited. Called once. */
  gone(): void;
  /** The shim cannot write the exit record to disk, so it says here what it would contain. May repeat itself. */
  exit(line: string): void;
}

/**
 * Watches the FIFO of a native shim. Null: the shim has exited already, or its FIFO was moved or replaced. Throws if the
 * pipe cannot be opened for another reason (EMFILE).
 */
export function watchAlive(folder: string, listener: AliveListener): AlivePipe | null {
  let fd: number;
  try {
    fd = openSync(join(folder, 'alive'), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  const unread = firstRead(fd);
  if (unread === null) {
    closeSync(fd);
    return null;
  }
  const socket = new Socket({ fd, readable: true, writable: false });
  const lines = new Lines((line) => {
    listener.exit(line);
  });
  const gone = (): void => {
    listener.gone();
  };
  // 'close' follows both end of file and errors; both mean that there is no longer a writer.
  socket.once('close', gone).on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    lines.take(chunk);
  });
  if (unread.length > 0) {
    setImmediate(() => {
      if (!socket.destroyed) lines.take(unread);
    });
  }
  socket.unref();
  return {
    close: () => {
      socket.removeListener('close', gone);
      socket.destroy();
    },
  };
}

/**
 * What is in the pipe; null if it has no writer. epoll does not report an end of file from before it was set up, so one
 * read must come first.
 */
function firstRead(fd: number): Buffer | null {
  try {
    const length = readSync(fd, first, 0, first.length, null);
    return length === 0 ? null : Buffer.from(first.subarray(0, length));
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return Buffer.alloc(0);
    closeSync(fd);
    throw error;
  }
}

/** Sends a command to a native shim; false if that is not possible: it is gone, or has thousands of unread commands. */
export function command(folder: string, line: string): boolean {
  let fd: number;
  try {
    // Without a reader this fails with ENXIO.
    fd = openSync(join(folder, 'ctl'), constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    writeSync(fd, `${line}\n`);
    return true;
  } catch {
    return false; // EAGAIN: full; EPIPE: gone after the open
  } finally {
    closeSync(fd);
  }
}
