import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { codeOf } from '../os/error-code.ts';

/** A shim's FIFO that ends when the shim does. */
export interface AlivePipe {
  close(): void;
}

const one = Buffer.alloc(1);

/**
 * Watches the FIFO of a native shim; `gone` is called once, in a later turn, when the shim has left. Null: it has left already.
 * Throws when the pipe cannot be opened for another reason (EMFILE).
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
  // 'close' follows the end of file and any error alike; both mean that nobody writes any more.
  socket.once('close', gone).on('error', () => undefined);
  socket.resume().unref();
  return {
    close: () => {
      socket.removeListener('close', gone);
      socket.destroy();
    },
  };
}

/** epoll never tells a reader of an end that came before it, so one read must come first. */
function hasWriter(fd: number): boolean {
  try {
    return readSync(fd, one, 0, 1, null) !== 0;
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return true;
    closeSync(fd);
    throw error;
  }
}

/** Gives a native shim a command; false when it cannot be reached: it is gone, or it has not read for thousands of commands. */
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
    return false; // EAGAIN: full; EPIPE: gone since the open
  } finally {
    closeSync(fd);
  }
}
