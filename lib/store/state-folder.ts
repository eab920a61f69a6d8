import { chmod, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../ports/log.ts';

const OTHERS = 0o077;
const OWN_MODE = 0o700;
/** The files that every host creates first in its state directory. */
const HOST_FILES = ['host.lock.db', 'instance-id', 'coredinator.db'];

/** The state directory cannot be protected from other users; the message names it. */
export class StateFolderError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StateFolderError';
  }
}

/**
 * What a host does first with its state directory. An error of the system or of SQLite, such as a disk without room or a read-only
 * one, becomes a StateFolderError with a sentence; others are passed on.
 */
export async function usingStateFolder<T>(stateDir: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    throw new StateFolderError(
      `The state directory "${stateDir}" cannot be used: ${error.message}. Nothing was changed, and services keep running. Free ` +
        'space or restore access, and start the host again.',
      { cause: error },
    );
  }
}

/** Errors of node:fs and of SQLite are plain, and have a code. */
function isOfSystem(error: unknown): error is Error {
  if (!(error instanceof Error) || error.constructor !== Error || !('code' in error)) return false;
  return typeof error.code === 'string' && /^(E[A-Z0-9]+|SQLITE_[A-Z]+)$/.test(error.code);
}

function openToOthers(stateDir: string, why: string, options?: ErrorOptions): StateFolderError {
  const message = `The state directory "${stateDir}" is accessible to other users of this machine, and ${why}; choose a dedicated directory with --state-dir.`;
  return new StateFolderError(message, options);
}

/**
 * Throws StateFolderError if the database belongs to another user, who could modify it. Otherwise root could open it.
 */
async function refuseForeignDatabase(stateDir: string): Promise<void> {
  const user = process.geteuid?.();
  for (const name of HOST_FILES) {
    const file = join(stateDir, name);
    const owner = await lstat(file).then(
      ({ uid }) => uid,
      () => undefined, // absent or unreadable: opening it reports that
    );
    if (owner === undefined || user === undefined || owner === user) continue;
    throw new StateFolderError(
      `The file "${file}" belongs to user ${owner}, but this host runs as user ${user}; ` +
        'run the host as that user, change the owner (chown -R), or choose another directory with --state-dir.',
    );
  }
}

/**
 * Creates the state directory, accessible only to its owner; an existing one is made inaccessible to others, since the
 * database contains the environment of services. Throws StateFolderError if that is not possible, for a directory with
 * other files, such as /tmp, whose mode must not be changed, and for one with a database of another user.
 */
export async function prepareStateFolder(stateDir: string, log: Log): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: OWN_MODE });
  if (process.platform === 'win32') return;
  await refuseForeignDatabase(stateDir);
  if (!(await isOpen(stateDir))) return;
  const entries = await readdir(stateDir);
  if (entries.length > 0 && !entries.some((name) => HOST_FILES.includes(name))) {
    throw openToOthers(stateDir, 'it contains files that do not belong to a host');
  }
  try {
    await chmod(stateDir, OWN_MODE);
  } catch (cause) {
    throw openToOthers(stateDir, 'this user may not change its mode', { cause });
  }
  if (await isOpen(stateDir)) throw openToOthers(stateDir, 'its file system does not support file modes');
  log.warn(
    { state_dir: stateDir },
    'the state directory was accessible to other users of this machine; its mode was changed to 700',
  );
}

async function isOpen(folder: string): Promise<boolean> {
  return ((await stat(folder)).mode & OTHERS) !== 0;
}
