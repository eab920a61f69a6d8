import { accessSync, constants, lstatSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { HostLockFacts } from '../store/host-lock.ts';
import { fail, ok, type Finding } from './check.ts';

const REMEDY = 'Give another path with --listen, or stop what answers there.';

/** Whether a host could listen on the path of a Unix socket. */
export async function examineSocket(path: string, lock: HostLockFacts): Promise<Finding> {
  const folder = dirname(path);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return fail(
      `Cannot create a socket in "${folder}": it does not exist, or this user has no access.`,
      `Make it, or open it; ${REMEDY}`,
    );
  }
  const present = lstatSync(path, { throwIfNoEntry: false });
  if (present === undefined) return ok(`"${path}" is free.`);
  if (!present.isSocket()) return fail(`"${path}" is a file, not a socket.`, `Move it away. ${REMEDY}`);
  if (!(await isAnswered(path))) return ok(`"${path}" was left by a host that is gone, and will be reused.`);
  // The lock does not say the path of a socket in the same words, so a host that runs is believed to be the one.
  if (lock.isHeld)
    return ok(
      `The host of this state directory (pid ${lock.pid ?? 'unknown'}) is there already, and "${path}" is answered.`,
    );
  return fail(`A program answers on "${path}".`, REMEDY);
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
