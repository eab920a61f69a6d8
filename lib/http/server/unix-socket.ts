import { chmodSync, existsSync, lstatSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { listenError, type UnixPlace } from './listen-error.ts';

/** To connect, a user needs read and write permission on the socket. */
const SOCKET_MODE = 0o600;
const OTHERS = 0o177;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
}

/** Resolves with the system error code; null: a program answers. */
function refusalOf(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(null);
    });
    socket.on('error', (error) => {
      resolve(codeOf(error));
    });
  });
}

/**
 * Removes the socket file of a killed host. Throws ListenError if a program answers there or if the file is not a
 * socket.
 */
async function clearPath(place: UnixPlace): Promise<void> {
  const { path } = place;
  const before = lstatSync(path, { throwIfNoEntry: false });
  // The bind would fail with EACCES.
  if (!existsSync(dirname(path))) throw listenError(place, 'ENOENT');
  if (before === undefined) return;
  if (!before.isSocket()) throw listenError(place, 'EEXIST');
  const refusal = await refusalOf(path);
  if (refusal === null || refusal === 'EAGAIN') throw listenError(place, 'EADDRINUSE');
  if (refusal !== 'ECONNREFUSED' && refusal !== 'ENOENT') throw listenError(place, refusal);
  // Another host may have bound the path in the meantime; then the bind fails.
  if (lstatSync(path, { throwIfNoEntry: false })?.ino === before.ino) rmSync(path);
}

/** Makes a server listen on a Unix socket that only this user can connect to. Rejects with ListenError. */
export async function listenOnPath(server: Server, place: UnixPlace): Promise<void> {
  try {
    await clearPath(place);
    await bound(server, place.path);
    chmodSync(place.path, SOCKET_MODE); // also on file systems that ignore the umask
  } catch (error) {
    throw error instanceof Error && error.name === 'ListenError' ? error : listenError(place, codeOf(error), error);
  }
}

/** `listen` creates the file synchronously: with this umask other users can never open it, not even for a moment. */
function bound(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const mask = process.umask(OTHERS);
    try {
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(mask);
    }
  });
}
