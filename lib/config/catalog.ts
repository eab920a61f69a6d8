import { resolve } from 'node:path';
import { isExecutablePath, platformWord } from '../model/policy/version.ts';
import type { Executable, ExecutableChoice } from '../model/process.ts';
import type { Millis } from '../model/values/time.ts';
import type { Catalog, ExecutableQuery, VersionedExecutable } from '../ports/catalog.ts';
import type { Log } from '../ports/log.ts';
import { chooseFile, chooseFrom, versionsFrom, type ChoiceContext } from './choice.ts';
import { listFiles, type Listing } from './folder-scan.ts';

/** Where and how to search for executables. */
export interface CatalogOptions {
  /** Absolute. */
  readonly basePath: string;
  /** Folders that are not searched, such as the state directory; relative to the base path. */
  readonly exclude: readonly string[];
  /** Folders outside of the base path that links may lead into; absolute. Default: none. */
  readonly roots?: readonly string[];
  /** Default: nobody is warned. */
  readonly log?: Log;
  /** How often waiting callers search again; default 1 s. */
  readonly pollMs?: Millis;
}

/** Creates the catalog of the executables below a base path. */
export function createCatalog(options: CatalogOptions): Catalog {
  return new FolderCatalog(options);
}

/** The shared state of the queries of one scan. */
interface Scan {
  readonly listing: Listing;
  readonly choices: Map<string, Promise<ExecutableChoice>>;
}

class FolderCatalog implements Catalog {
  readonly #basePath: string;
  readonly #choiceContext: ChoiceContext;
  readonly #exclude: ReadonlySet<string>;
  readonly #pollMs: Millis;
  readonly #log: Log | undefined;
  readonly #warnedOf = new Set<string>();
  #scanMs: Millis = 0;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<Scan> | null = null;
  #nextPoll: Promise<void> | null = null;

  constructor({ basePath, exclude, roots = [], log, pollMs = 1_000 }: CatalogOptions) {
    this.#log = log;
    this.#basePath = basePath;
    const platform = platformWord(process.platform);
    this.#choiceContext = { basePath, roots, platform, onOpen: this.#warnOfOpen, onTwins: this.#warnOfTwins };
    this.#exclude = new Set(exclude.map((folder) => resolve(basePath, folder)));
    this.#pollMs = pollMs;
  }

  async choose(query: ExecutableQuery): Promise<ExecutableChoice> {
    if (isExecutablePath(query.executable)) return chooseFile(query, this.#choiceContext);
    const { listing, choices } = await this.#scan();
    const key = JSON.stringify([
      query.executable,
      query.version,
      query.fallback?.rejected,
      query.fallback?.lastGoodPath,
    ]);
    const known = choices.get(key);
    if (known !== undefined) return known;
    const choice = chooseFrom(listing, query, this.#choiceContext);
    choices.set(key, choice);
    return choice;
  }

  async versions(executable: string): Promise<readonly VersionedExecutable[]> {
    if (isExecutablePath(executable)) {
      const choice = await chooseFile({ executable, version: null }, this.#choiceContext);
      const { version = null, path = '' } = choice.type === 'found' ? choice.executable : {};
      return version === null ? [] : [{ version, path }];
    }
    const { listing } = await this.#scan();
    return versionsFrom(listing, executable, this.#choiceContext);
  }

  /** Only a warning, because a refusal would stop plants on file systems without modes. */
  readonly #warnOfOpen = (path: string): void => {
    this.#warnOnce(
      { path },
      'any user of this machine can replace this executable, and so run programs as the user of the host; remove the write permission of others (chmod o-w) from it and its folder',
    );
  };

  readonly #warnOfTwins = (path: string, twins: readonly string[]): void => {
    this.#warnOnce(
      { path, twins },
      'Several executables of the same version are equally near to the base path; the first by name runs. Remove the others.',
    );
  };

  #warnOnce(fields: Readonly<Record<string, unknown>>, message: string): void {
    const key = JSON.stringify(fields);
    if (this.#warnedOf.has(key)) return;
    this.#warnedOf.add(key);
    this.#log?.warn(fields, message);
  }

  async awaitOther(query: ExecutableQuery, refused: string | null, signal: AbortSignal): Promise<Executable> {
    for (;;) {
      const choice = await untilAborted(signal, () => this.choose(query));
      if (choice.type === 'found' && choice.executable.fingerprint !== refused) return choice.executable;
      await untilAborted(signal, () => this.#nextScanTime());
    }
  }

  /**
   * A scan that begins after the call: a running scan may have passed the folder with a new file already. So calls
   * during a scan share the next one, and two scans never run at the same time.
   */
  #scan(): Promise<Scan> {
    this.#next ??= this.#running.then(async () => {
      this.#next = null;
      const begin = performance.now();
      const running = listFiles(this.#basePath, this.#exclude);
      this.#running = Promise.allSettled([running]);
      const listing = await running;
      this.#scanMs = performance.now() - begin;
      return { listing, choices: new Map<string, Promise<ExecutableChoice>>() };
    });
    return this.#next;
  }

  /**
   * One timer for all waiting callers; it does not keep the process alive. A tree that takes long to scan is scanned
   * less often, so that waiting never costs more than a tenth of the time.
   */
  #nextScanTime(): Promise<void> {
    this.#nextPoll ??= new Promise((resolve) => {
      setTimeout(
        () => {
          this.#nextPoll = null;
          resolve();
        },
        Math.max(this.#pollMs, 9 * this.#scanMs),
      ).unref();
    });
    return this.#nextPoll;
  }
}

/** The result of `begin`, or a rejection with the reason of the signal if that is aborted first. */
function untilAborted<T>(signal: AbortSignal, begin: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the port promises the signal's reason
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    void begin()
      .then(resolve, reject)
      .finally(() => {
        signal.removeEventListener('abort', onAbort);
      });
  });
}
