import { chmod, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../ports/log.ts';

const OTHERS = 0o077;
const OWN_MODE = 0o700;
/** What every host makes in its state directory before anything else. */
const SIGNS = ['host.lock.db', 'instance-id', 'coredinator.db'];

/** The state directory cannot be used by this host alone; the message names it. */
export class StateFolderError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StateFolderError';
  }
}

function openToOthers(stateDir: string, why: string, options?: ErrorOptions): StateFolderError {
  const message = `The state directory "${stateDir}" is open to other users of this machine, and ${why}; pass a directory of its own with --state-dir.`;
  return new StateFolderError(message, options);
}

/** Throws StateFolderError for a database of another user, who could change it under the host. Root could open it. */
async function refuseForeignDatabase(stateDir: string): Promise<void> {
  const user = process.geteuid?.();
  for (const name of SIGNS) {
    const file = join(stateDir, name);
    const owner = await lstat(file).then(
      ({ uid }) => uid,
      () => undefined, // absent or unreadable: opening it reports that
    );
    if (owner === undefined || user === undefined || owner === user) continue;
    throw new StateFolderError(
      `The file "${file}" belongs to user ${owner}, but this host runs as user ${user}; ` +
        'run the host as that user, change the owner (chown -R), or pass another directory with --state-dir.',
    );
  }
}

/**
 * Makes the state directory, for its owner only; one that is there is closed to others, since the database holds the environment
 * of services. Throws StateFolderError when that cannot be done, and for a folder with files of somebody else, such as /tmp, which
 * must not be closed, and for one with a database of another user.
 */
export async function prepareStateFolder(stateDir: string, log: Log): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: OWN_MODE });
  if (process.platform === 'win32') return;
  await refuseForeignDatabase(stateDir);
  if (!(await isOpen(stateDir))) return;
  const entries = await readdir(stateDir);
  if (entries.length > 0 && !entries.some((name) => SIGNS.includes(name))) {
    throw openToOthers(stateDir, 'it holds files that are not of a host');
  }
  try {
    await chmod(stateDir, OWN_MODE);
  } catch (cause) {
    throw openToOthers(stateDir, 'this user may not change that', { cause });
  }
  if (await isOpen(stateDir)) throw openToOthers(stateDir, 'its file system keeps no modes');
  log.warn(
    { state_dir: stateDir },
    'The state directory was open to other users of this machine; it was closed (chmod 700).',
  );
}

async function isOpen(folder: string): Promise<boolean> {
  return ((await stat(folder)).mode & OTHERS) !== 0;
}
