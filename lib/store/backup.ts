import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile, copyFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { create, extract, list } from 'tar';
import type { Instant } from '../model/values/time.ts';
import { Connection } from './connection.ts';
import { backedUpIdentity } from './state-identity.ts';

/** A backup cannot be made or used; the message says why and what to do. */
export class BackupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupError';
  }
}

const DATABASE = 'coredinator.db';
const IDENTITY = 'identity.json';
/** Files that are copied as they are, if they exist. */
const PLAIN = ['instance-id', 'intentions.json', 'notices.json'] as const;
const LOGS = 'logs';

/**
 * Writes a state directory to a new archive (tar, gzip) with mode 0600, also while a host is running: a consistent copy
 * of the database, the plain files next to it, and the output of services. Records of live processes are left out,
 * because they are useless elsewhere.
 */
export async function backUp(stateDir: string, file: string, at: Instant): Promise<void> {
  if (await exists(file)) throw new BackupError(`"${file}" already exists; remove it or choose another name.`);
  const identity = await backedUpIdentity(stateDir, at);
  if (identity === null || !(await exists(join(stateDir, DATABASE))))
    throw new BackupError(`"${stateDir}" is not the state directory of a host; specify it with --state-dir.`);
  const folder = await mkdtemp(join(tmpdir(), 'coredinator-backup-'));
  try {
    await copyDatabase(join(stateDir, DATABASE), join(folder, DATABASE));
    await chmod(join(folder, DATABASE), 0o600);
    await writeFile(join(folder, IDENTITY), identity, { mode: 0o600 });
    for (const name of PLAIN) {
      if (await exists(join(stateDir, name))) await copyFile(join(stateDir, name), join(folder, name));
    }
    if (await exists(join(stateDir, LOGS))) await symlink(resolve(stateDir, LOGS), join(folder, LOGS));
    const draft = `${file}.new`;
    await writeFile(draft, '', { mode: 0o600 });
    await create({ file: draft, gzip: true, cwd: folder, follow: true, portable: true }, await readdir(folder));
    await rename(draft, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies consistently with its own connection, while the host continues to write. */
async function copyDatabase(from: string, to: string): Promise<void> {
  const connection = new Connection(from, 'PRAGMA busy_timeout = 5000;');
  try {
    await connection.run('VACUUM INTO ?1', to);
  } finally {
    await connection.drop();
  }
}

/**
 * Restores a state directory from a backup. A host that starts on it recognizes that it is not the original. Rejects
 * with BackupError, without any change, if the directory is not empty or the archive is not a backup.
 */
export async function restoreBackup(file: string, stateDir: string): Promise<void> {
  if ((await exists(stateDir)) && (await readdir(stateDir)).length > 0)
    throw new BackupError(
      `The state directory "${stateDir}" is not empty; move it away or choose another --state-dir.`,
    );
  if (!(await exists(file))) throw new BackupError(`The backup "${file}" does not exist; check the path.`);
  await assertBackup(file);
  const draft = join(dirname(resolve(stateDir)), `.${basename(stateDir)}.restore-${process.pid}`);
  try {
    await mkdir(draft, { recursive: true, mode: 0o700 });
    await extract({ file, cwd: draft, strict: true });
    await rm(stateDir, { recursive: true, force: true }); // it is empty
    await rename(draft, stateDir);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BackupError(`The backup "${file}" cannot be unpacked: ${reason}.`, { cause });
  }
}

async function assertBackup(file: string): Promise<void> {
  const found = new Set<string>();
  const refused = new BackupError(`"${file}" is not a backup made by coredinator backup; choose one that is.`);
  try {
    await list({
      file,
      strict: true,
      onReadEntry: ({ path }) => {
        found.add(path);
      },
    });
  } catch (cause) {
    throw new BackupError(refused.message, { cause });
  }
  if (!found.has(DATABASE) || !found.has(IDENTITY)) throw refused;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
