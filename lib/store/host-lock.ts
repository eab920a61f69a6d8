import { closeSync, existsSync, openSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { z } from 'zod';

import { isoOf, type Millis } from '../model/values/time.ts';
import { Connection } from './connection.ts';
import { sqliteCode } from './failure.ts';
import { PatientWriter } from './patient-writer.ts';

/** The lock on the state directory of one host, held until {@link release} or until the process ends in any way. */
export interface HostLock {
  /** Writes the URL of the API into `host.json`; if there is no room on the disk, as soon as there is. */
  update(url: string): Promise<void>;
  /** Why `host.json` does not name this host, as a sentence; null: it does. */
  problem(): string | null;
  release(): Promise<void>;
}

/** The host that takes the lock. */
export interface HostIdentity {
  readonly pid: number;
  readonly url?: string;
}

/** Another host has locked the state directory. */
export class HostLockedError extends Error {
  readonly stateDir: string;
  /** The other host; null if it has not identified itself in time. */
  readonly pid: number | null;

  constructor(stateDir: string, pid: number | null, options?: ErrorOptions) {
    const who = pid === null ? 'another host' : `another host (pid ${pid})`;
    super(
      `The state directory "${stateDir}" is in use by ${who}. Stop it first, or choose another directory with --state-dir.`,
      options,
    );
    this.name = new.target.name;
    this.stateDir = stateDir;
    this.pid = pid;
  }
}

// Two hosts that start at the same time both briefly hold a shared lock; waiting ensures that one of them wins.
const RACE_MS: Millis = 300;
const NAMING_MS: Millis = 500;

/**
 * Takes the lock of a state directory: an exclusive transaction on a separate file, which the kernel ends with the
 * process, even on SIGKILL. Rejects with {@link HostLockedError} if another host has it.
 */
export async function acquireHostLock(stateDir: string, identity: HostIdentity): Promise<HostLock> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const file = join(stateDir, 'host.lock.db');
  await makeLockFile(file);
  // A journal in memory: on a full disk there is no room for its file.
  const setup = `PRAGMA busy_timeout = ${RACE_MS}; PRAGMA journal_mode = MEMORY;`;
  const connection = new Connection(file, setup, { mayCreate: true });
  try {
    await connection.run('BEGIN EXCLUSIVE');
  } catch (error) {
    await connection.drop();
    if (sqliteCode(error) !== 'SQLITE_BUSY') throw error;
    throw new HostLockedError(stateDir, await holderOf(stateDir), { cause: error });
  }
  try {
    return await announced(stateDir, identity, connection);
  } catch (error) {
    await connection.drop();
    throw error;
  }
}

/**
 * SQLite gives its journal the mode of the file, so that must be set before. POSIX drops all locks of a process on a
 * file as soon as it closes any descriptor of it: so this opens the file only to create it, and nothing else in the
 * program may open it.
 */
async function makeLockFile(file: string): Promise<void> {
  try {
    closeSync(openSync(file, 'wx', 0o600)); // opened and closed at once: this process has no lock on it yet
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    await chmod(file, 0o600);
  }
}

async function announced(stateDir: string, identity: HostIdentity, connection: Connection): Promise<HostLock> {
  const file = join(stateDir, 'host.json');
  const startedAt = isoOf(Date.now());
  let url = identity.url ?? null;
  const announcement = new PatientWriter(`The file "${file}", by which commands find this host,`, async () => {
    const text = JSON.stringify({ pid: identity.pid, started_at: startedAt, url });
    await writeFile(`${file}.new`, `${text}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
  });
  await announcement.write();
  return {
    update: async (present) => {
      url = present;
      await announcement.write();
    },
    problem: () => announcement.problem,
    release: async () => {
      announcement.close();
      await rm(file, { force: true });
      await connection.drop();
    },
  };
}

/** Which host has a state directory. */
export interface HostLockFacts {
  readonly isHeld: boolean;
  /** The host and the URL of its API; null if unknown. */
  readonly pid: number | null;
  readonly url: string | null;
}

/**
 * Checks whether a host has the lock; never call it in the process of a host, which would lose its lock (see
 * acquireHostLock). Its own lock is too short to disturb a starting host. Rejects if the file may not be read.
 */
export async function inspectHostLock(stateDir: string): Promise<HostLockFacts> {
  const file = join(stateDir, 'host.lock.db');
  const unlocked = { isHeld: false, pid: null, url: null };
  if (!existsSync(file)) return unlocked;
  const connection = new Connection(file, 'PRAGMA busy_timeout = 0;');
  try {
    await connection.all('SELECT 1 FROM sqlite_master');
    return unlocked;
  } catch (error) {
    if (sqliteCode(error) !== 'SQLITE_BUSY') throw error;
    const named = await namedHost(join(stateDir, 'host.json'));
    return { isHeld: true, pid: named?.pid ?? null, url: named?.url ?? null };
  } finally {
    await connection.drop();
  }
}

const hostFile = z.object({ pid: z.int().positive(), url: z.string().nullish() });

/**
 * A host identifies itself right after it has taken the lock, and a killed host leaves its file behind: only a live pid
 * counts.
 */
async function holderOf(stateDir: string): Promise<number | null> {
  const deadline = performance.now() + NAMING_MS;
  for (;;) {
    const pid = await namedPid(join(stateDir, 'host.json'));
    if (pid !== null && isAlive(pid)) return pid;
    if (performance.now() >= deadline) return null;
    await delay(20);
  }
}

async function namedPid(file: string): Promise<number | null> {
  return (await namedHost(file))?.pid ?? null;
}

async function namedHost(file: string): Promise<z.infer<typeof hostFile> | null> {
  try {
    return hostFile.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null; // missing, or not written by a host
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
