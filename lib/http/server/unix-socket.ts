import { chmodSync, existsSync, lstatSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { listenError, type UnixPlace } from './listen-error.ts';

/** Read and write by the owner is the right to connect. */
const SOCKET_MODE = 0o600;
const OTHERS = 0o177;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
}

/** Resolves with the code of the system; null: somebody answers. */
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
 * Takes away the socket file that a host left which was killed. Throws ListenError for one where a program answers, and for what is
 * no socket at all.
 */
async function clearPath(place: UnixPlace): Promise<void> {
  const { path } = place;
  const before = lstatSync(path, { throwIfNoEntry: false });
  // The bind would say EACCES.
  if (!existsSync(dirname(path))) throw listenError(place, 'ENOENT');
  if (before === undefined) return;
  if (!before.isSocket()) throw listenError(place, 'EEXIST');
  const refusal = await refusalOf(path);
  if (refusal === null || refusal === 'EAGAIN') throw listenError(place, 'EADDRINUSE');
  if (refusal !== 'ECONNREFUSED' && refusal !== 'ENOENT') throw listenError(place, refusal);
  // Another host may have taken the place meanwhile; then the bind says so.
  if (lstatSync(path, { throwIfNoEntry: false })?.ino === before.ino) rmSync(path);
}

/** Makes a server listen on a Unix socket that only this user can connect to. Rejects with ListenError. */
export async function listenOnPath(server: Server, place: UnixPlace): Promise<void> {
  try {
    await clearPath(place);
    await bound(server, place.path);
    chmodSync(place.path, SOCKET_MODE); // also where a file system has its own idea of the mask
  } catch (error) {
    throw error instanceof Error && error.name === 'ListenError' ? error : listenError(place, codeOf(error), error);
  }
}

/** The file is made within the call of `listen`: with this mask it is never open to others, not even for a moment. */
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
