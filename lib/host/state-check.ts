import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Timers } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { changeOf, identityNow, identityOf, knownAt, type FileIdentity, type Found } from '../store/file-identity.ts';
import type { WriteGuard } from '../store/write-queue.ts';

/** The interval between full checks. */
const CHECK_INTERVAL_MS = 2_000;
/** If the last check is older, the checks are considered stuck. */
const MAX_CHECK_AGE_MS = 15_000;

/** Folders in a state directory that launches, logs and this host access by path. */
const FOLDERS = ['run', 'exits', 'locks', 'logs'] as const;

const REMEDY = 'No command is accepted and no service is launched; running services are left alone.';

/** What a state check needs. */
export interface StateCheckOptions {
  readonly stateDir: string;
  readonly basePath: string;
  readonly timers: Timers;
  readonly log: Log;
}

/** The part of a store that can be checked. */
interface CheckableStore {
  look(): Promise<string | null>;
}

interface Known {
  readonly path: string;
  readonly identity: FileIdentity;
}

/**
 * Checks that the files in use are still those that the host opened: the state directory, its lock, its folders, the
 * database and the base path (contract 8). It checks every 2 s, and the lock, whose path leads through the directory,
 * before each commit and between it and its responses.
 */
export class StateCheck implements WriteGuard {
  readonly #options: StateCheckOptions;
  readonly #directory: Known;
  readonly #lock: Known;
  #folders: readonly Known[] = [];
  #store: CheckableStore | null = null;
  #basePathDevice: bigint | null = null;
  #problems: readonly string[] = [];
  #timer: unknown = null;
  #checkedAt = performance.now();
  #isClosed = false;

  private constructor(options: StateCheckOptions, directory: Known, lock: Known) {
    this.#options = options;
    this.#directory = directory;
    this.#lock = lock;
  }

  /** Remembers the current directory and lock; the host holds the lock. Throws if one of them is missing. */
  static async of(options: StateCheckOptions): Promise<StateCheck> {
    const { stateDir } = options;
    return new StateCheck(options, await remembered(stateDir), await remembered(join(stateDir, 'host.lock.db')));
  }

  /** Starts the checks; the store and the folders are assumed to be correct now. */
  async begin(store: CheckableStore): Promise<void> {
    this.#store = store;
    this.#folders = await Promise.all(FOLDERS.map((name) => remembered(join(this.#options.stateDir, name))));
    this.#checkLater();
  }

  /** The results of the last full check, as sentences that say what to do. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Checks the lock at once; other problems remain until the next full check. */
  check(): string | null {
    return this.#problems[0] ?? this.#lockProblem(identityNow(this.#lock.path));
  }

  /** Whether a check has finished within the last 15 s: if a file system does not respond, none does. */
  isLooking(): boolean {
    return performance.now() - this.#checkedAt <= MAX_CHECK_AGE_MS;
  }

  /**
   * Checks everything now. Only what shows whether a file system responds is read in another thread, with a time limit
   * of 2 s; what else is on it is read at once after that ({@link identityNow}).
   */
  async lookAtAll(): Promise<void> {
    const directory = await identityOf(this.#directory.path);
    const basePath = await this.#basePathNow(directory);
    const change = changeOf(directory, this.#directory.identity);
    // Without the directory everything in it is missing too: one cause gets one sentence.
    const inDirectory = change === null ? await this.#problemsInside() : [this.#directoryProblem(change)];
    const problems = [...inDirectory, this.#basePathProblem(basePath)].filter((one) => typeof one === 'string');
    this.#log(problems);
    this.#problems = problems;
  }

  close(): void {
    this.#isClosed = true;
    this.#options.timers.clearTimeout(this.#timer);
  }

  #checkLater(): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.timers.setTimeout(() => {
      void this.lookAtAll().finally(() => {
        this.#checkedAt = performance.now();
        this.#checkLater();
      });
    }, CHECK_INTERVAL_MS);
  }

  #log(problems: readonly string[]): void {
    const { log } = this.#options;
    for (const problem of problems) {
      if (!this.#problems.includes(problem))
        log.error({ problem }, 'the files of this host have changed from outside; the host is degraded');
    }
    if (problems.length === 0 && this.#problems.length > 0) log.info({}, 'the files of this host are in place again');
  }

  #directoryProblem(change: string): string {
    return `The state directory "${this.#directory.path}" ${change}. ${REMEDY} Put it back, or stop this host and start it with the right --state-dir.`;
  }

  async #problemsInside(): Promise<readonly (string | null)[]> {
    const lock = this.#lockProblem(identityNow(this.#lock.path));
    const changes = this.#folders.map((folder) => this.#changeOfFolder(folder));
    const [inStore, folders] = await Promise.all([this.#store?.look() ?? null, Promise.all(changes)]);
    return [lock, inStore, ...(await this.#folderProblems(folders))];
  }

  /** What was on the file system of the state directory at the last check is read at once if that responds. */
  async #basePathNow(directory: Found): Promise<Found> {
    const { basePath } = this.#options;
    const responds = 'device' in directory && this.#basePathDevice === directory.device;
    const found = responds ? identityNow(basePath) : await identityOf(basePath);
    this.#basePathDevice = 'device' in found ? found.device : null;
    return found;
  }

  /** A folder may be a mount of its own. */
  async #changeOfFolder({ path, identity }: Known): Promise<string | null> {
    const responds = identity.device === this.#directory.identity.device;
    return changeOf(responds ? identityNow(path) : await identityOf(path), identity);
  }

  #lockProblem(found: Found): string | null {
    const change = changeOf(found, this.#lock.identity);
    if (change === null) return null;
    return `The lock "${this.#lock.path}" ${change}: a second host could use the state directory. ${REMEDY} Restart this host.`;
  }

  /** A missing folder is created again, so that running shims can write their exit records; its content is lost. */
  async #folderProblems(changes: readonly (string | null)[]): Promise<readonly string[]> {
    const changed = this.#folders.flatMap(({ path }, index) => {
      const change = changes[index] ?? null;
      return change === null ? [] : [{ path, change }];
    });
    // It exists, or cannot be created, which is reported already.
    await Promise.all(changed.map(({ path }) => mkdir(path, { mode: 0o700 }).catch(() => undefined)));
    return changed.map(
      ({ path, change }) => `The folder "${path}" ${change} while this host was running. ${REMEDY} Restart this host.`,
    );
  }

  /** The base path may be a link to the newest release, so a change of its target is not a problem. */
  #basePathProblem(found: Found): string | null {
    const { basePath } = this.#options;
    return 'fault' in found ? `The base path "${basePath}" ${found.fault}. ${REMEDY} Put it back.` : null;
  }
}

async function remembered(path: string): Promise<Known> {
  return { path, identity: await knownAt(path) };
}
