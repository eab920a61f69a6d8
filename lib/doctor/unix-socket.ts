import { accessSync, constants, lstatSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { HostLockFacts } from '../store/host-lock.ts';
import { fail, ok, type Finding } from './check.ts';

const REMEDY = 'Use another path with --listen, or stop the program that uses it.';

/** Whether a host could listen on a Unix socket. */
export async function examineSocket(path: string, lock: HostLockFacts): Promise<Finding> {
  const folder = dirname(path);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return fail(
      `Cannot create a socket in "${folder}": it does not exist, or this user has no access.`,
      `Create it or fix its permissions. ${REMEDY}`,
    );
  }
  const present = lstatSync(path, { throwIfNoEntry: false });
  if (present === undefined) return ok(`"${path}" is free.`);
  if (!present.isSocket()) return fail(`"${path}" is a file, not a socket.`, `Move it away. ${REMEDY}`);
  if (!(await isAnswered(path))) return ok(`"${path}" was left by an earlier host and will be reused.`);
  // The lock may name the socket by another path, so any running host is assumed to be this one.
  if (lock.isHeld)
    return ok(`The host of this state directory (pid ${lock.pid ?? 'unknown'}) is running, and "${path}" is in use.`);
  return fail(`Another program uses "${path}".`, REMEDY);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EAGAIN' || error.code === 'EACCES');
    });
  });
}
