import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { codeOf } from '../os/error-code.ts';

/** A FIFO of a shim that reaches end of file when the shim exits. */
export interface AlivePipe {
  close(): void;
}

const one = Buffer.alloc(1);

/**
 * Watches the FIFO of a native shim; `gone` is called once, in a later turn, when the shim has exited. Null: it has
 * exited already. Throws if the pipe cannot be opened for another reason (EMFILE).
 */
export function watchAlive(folder: string, gone: () => void): AlivePipe | null {
  let fd: number;
  try {
    fd = openSync(join(folder, 'alive'), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  if (!hasWriter(fd)) {
    closeSync(fd);
    return null;
  }
  const socket = new Socket({ fd, readable: true, writable: false });
  // 'close' follows both end of file and errors; both mean that there is no writer any more.
  socket.once('close', gone).on('error', () => undefined);
  socket.resume().unref();
  return {
    close: () => {
      socket.removeListener('close', gone);
      socket.destroy();
    },
  };
}

/** epoll does not report an end of file from before it was set up, so one read must come first. */
function hasWriter(fd: number): boolean {
  try {
    return readSync(fd, one, 0, 1, null) !== 0;
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return true;
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
