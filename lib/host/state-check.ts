import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Timers } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { changeOf, identityOf, knownAt, type FileIdentity } from '../store/file-identity.ts';
import type { WriteGuard } from '../store/write-queue.ts';

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
 * (contract 8). It looks every 2 s, and at the lock between each commit and its answers: its path leads through the directory.
 */
export class StateCheck implements WriteGuard {
  readonly #options: StateCheckOptions;
  readonly #directory: Known;
  readonly #lock: Known;
  #folders: readonly Known[] = [];
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
    return new StateCheck(options, await remembered(stateDir), await remembered(join(stateDir, 'host.lock.db')));
  }

  /** From now on everything is looked at; the store and the folders are as they should be. */
  async begin(store: Lookable): Promise<void> {
    this.#store = store;
    this.#folders = await Promise.all(FOLDERS.map((name) => remembered(join(this.#options.stateDir, name))));
    this.#lookLater();
  }

  /** What was found at the last full look, in sentences that say what to do. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  get known(): string | null {
    return this.#problems[0] ?? null;
  }

  /** Looks at the lock; what else was found holds until the next full look. */
  async look(): Promise<string | null> {
    return this.known ?? (await this.#lockProblem());
  }

  /** Whether a look has ended within the last 15 s: a file system that does not answer ends none. */
  isLooking(): boolean {
    return performance.now() - this.#lookedAt <= LATEST_MS;
  }

  /** Looks at everything now. */
  async lookAtAll(): Promise<void> {
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
      void this.lookAtAll().finally(() => {
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
    const change = await changeAt(this.#directory);
    if (change === null) return null;
    return `The state directory "${this.#directory.path}" ${change}. ${REMEDY} Put it back, or stop this host and start it with the right --state-dir.`;
  }

  async #lockProblem(): Promise<string | null> {
    const change = await changeAt(this.#lock);
    if (change === null) return null;
    return `The lock "${this.#lock.path}" ${change}: a second host could take the state directory. ${REMEDY} Restart this host.`;
  }

  /** A folder that is gone is made again, so that what runs can write its exit record; what was in it is lost. */
  async #folderProblems(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const folder of this.#folders) {
      const change = await changeAt(folder);
      if (change === null) continue;
      problems.push(`The folder "${folder.path}" ${change} while this host ran. ${REMEDY} Restart this host.`);
      await mkdir(folder.path, { mode: 0o700 }).catch(() => undefined); // it is there, or cannot be made: that is told already
    }
    return problems;
  }

  /** A link to the newest release may lead elsewhere from one day to the next; that is no fault. */
  async #basePathProblem(): Promise<string | null> {
    const { basePath } = this.#options;
    const found = await identityOf(basePath);
    return 'fault' in found ? `The base path "${basePath}" ${found.fault}. ${REMEDY} Put it back.` : null;
  }
}

async function remembered(path: string): Promise<Known> {
  return { path, identity: await knownAt(path) };
}

async function changeAt({ path, identity }: Known): Promise<string | null> {
  return changeOf(await identityOf(path), identity);
}
