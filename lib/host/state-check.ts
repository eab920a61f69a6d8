import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Timers } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { identityOf, isSameFile, type FileIdentity } from '../store/file-identity.ts';

/** How often everything is looked at. */
const LOOK_MS = 2_000;
/** A look that lasts longer says that nothing is looked at any more. */
const LATEST_MS = 15_000;

/** Folders in a state directory that launches, logs and this host find by their path. */
const FOLDERS = ['run', 'exits', 'locks', 'logs'] as const;

const REMEDY = 'No command is accepted and no service is launched; running services are left alone.';

/** What a host stands on. */
export interface StateCheckOptions {
  readonly stateDir: string;
  readonly basePath: string;
  readonly timers: Timers;
  readonly log: Log;
}

/** The part of a store that can be looked at. */
interface Lookable {
  look(): Promise<string | null>;
}

interface Known {
  readonly path: string;
  readonly identity: FileIdentity;
}

/**
 * Compares what the host stands on with what it opened: the state directory, its lock, its folders, the database and the base path
 * (contract 8). It looks every 2 s, and at directory and lock around each commit.
 */
export class StateCheck {
  readonly #options: StateCheckOptions;
  readonly #directory: Known;
  readonly #lock: Known;
  readonly #folders = new Map<string, Known>();
  #store: Lookable | null = null;
  #problems: readonly string[] = [];
  #timer: unknown = null;
  #lookedAt = performance.now();
  #isClosed = false;

  private constructor(options: StateCheckOptions, directory: Known, lock: Known) {
    this.#options = options;
    this.#directory = directory;
    this.#lock = lock;
  }

  /** Remembers directory and lock as they are now; the host holds the lock. Throws when one is not there. */
  static async of(options: StateCheckOptions): Promise<StateCheck> {
    const { stateDir } = options;
    return new StateCheck(options, await known(stateDir), await known(join(stateDir, 'host.lock.db')));
  }

  /** From now on everything is looked at; the store and the folders are as they should be. */
  async begin(store: Lookable): Promise<void> {
    this.#store = store;
    for (const name of FOLDERS) this.#folders.set(name, await known(join(this.#options.stateDir, name)));
    this.#lookLater();
  }

  /** What was found at the last look, in sentences that say what to do. */
  problems(): readonly string[] {
    return this.#problems;
  }

  /** Why what is written now would be lost or written by two hosts at once; null: it would not. */
  async problem(): Promise<string | null> {
    const [first] = this.#problems;
    if (first !== undefined) return first;
    return (await this.#directoryProblem()) ?? (await this.#lockProblem());
  }

  /** Whether a look has ended within the last 15 s: a file system that does not answer ends none. */
  isLooking(): boolean {
    return performance.now() - this.#lookedAt <= LATEST_MS;
  }

  /** Looks at everything now. */
  async look(): Promise<void> {
    const directory = await this.#directoryProblem();
    // With the directory everything in it is gone: one cause is one sentence.
    const rest =
      directory === null
        ? [await this.#lockProblem(), await this.#store?.look(), ...(await this.#folderProblems())]
        : [];
    const problems = [directory, ...rest, await this.#basePathProblem()].filter((one) => typeof one === 'string');
    this.#say(problems);
    this.#problems = problems;
  }

  close(): void {
    this.#isClosed = true;
    this.#options.timers.clearTimeout(this.#timer);
  }

  #lookLater(): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.timers.setTimeout(() => {
      void this.look()
        .catch((error: unknown) => {
          this.#problems = [
            `The state directory "${this.#directory.path}" cannot be looked at: ${messageOf(error)}. ${REMEDY}`,
          ];
        })
        .finally(() => {
          this.#lookedAt = performance.now();
          this.#lookLater();
        });
    }, LOOK_MS);
  }

  #say(problems: readonly string[]): void {
    const { log } = this.#options;
    for (const problem of problems) {
      if (!this.#problems.includes(problem))
        log.error({ problem }, 'the state of this host is not what it opened; the host is degraded');
    }
    if (problems.length === 0 && this.#problems.length > 0)
      log.info({}, 'the state of this host is as it was opened again');
  }

  async #directoryProblem(): Promise<string | null> {
    const { path, identity } = this.#directory;
    const found = await identityOf(path);
    if (found === 'silent') return `The file system of the state directory "${path}" does not answer. ${REMEDY}`;
    const remedy = `${REMEDY} Put it back, or stop this host and start it with the right --state-dir.`;
    if (found === 'absent') return `The state directory "${path}" was removed, renamed or unmounted. ${remedy}`;
    return isSameFile(found, identity)
      ? null
      : `Another folder is now where the state directory "${path}" was: it was replaced, or something was mounted over it. ${remedy}`;
  }

  async #lockProblem(): Promise<string | null> {
    const { path, identity } = this.#lock;
    const found = await identityOf(path);
    if (typeof found !== 'string' && isSameFile(found, identity)) return null;
    if (found === 'silent') return `The file system of the lock "${path}" does not answer. ${REMEDY}`;
    return `The lock "${path}" was removed or replaced: a second host could take the state directory. ${REMEDY} Restart this host.`;
  }

  /** An empty folder is made anew, so that what runs can write its exit record; what was in it is lost. */
  async #folderProblems(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const { path, identity } of this.#folders.values()) {
      const found = await identityOf(path);
      if (found === 'silent') problems.push(`The file system of the folder "${path}" does not answer. ${REMEDY}`);
      else if (found === 'absent' || !isSameFile(found, identity)) {
        problems.push(`The folder "${path}" was removed or replaced while this host ran. ${REMEDY} Restart this host.`);
      }
      if (found === 'absent') await mkdir(path, { mode: 0o700 });
    }
    return problems;
  }

  /** A link to the newest release may lead elsewhere from one day to the next; that is no fault. */
  async #basePathProblem(): Promise<string | null> {
    const { basePath } = this.#options;
    const found = await identityOf(basePath);
    if (found === 'absent')
      return `The base path "${basePath}" was removed, renamed or unmounted. ${REMEDY} Put it back.`;
    return found === 'silent' ? `The file system of the base path "${basePath}" does not answer. ${REMEDY}` : null;
  }
}

async function known(path: string): Promise<Known> {
  const identity = await identityOf(path);
  if (typeof identity === 'string') throw new Error(`"${path}" is not there.`);
  return { path, identity };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
