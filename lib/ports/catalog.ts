import type { Executable, ExecutableChoice } from '../model/process.ts';

/** A file that failed permanently soon after it was found, and the one that ran well before. */
export interface Fallback {
  /** The fingerprint of the failed file. */
  readonly rejected: string;
  /** The path of the last good file. */
  readonly lastGoodPath: string;
}

/** What discovery needs to know about a service. */
export interface ExecutableQuery {
  /** A name to search for, or the path of one file, from the base path (`isExecutablePath`). */
  readonly executable: string;
  /** A semver range; null: any version. */
  readonly version: string | null;
  /**
   * As long as the best file is the rejected one, the last good file is chosen instead, or the next best if that is
   * gone.
   */
  readonly fallback?: Fallback;
}

/** An executable whose name has a version. */
export interface VersionedExecutable {
  readonly version: string;
  readonly path: string;
}

/** Finds the file that a launch runs (contract 4). */
export interface Catalog {
  /** The current choice; the base path is searched again on each call. */
  choose(query: ExecutableQuery): Promise<ExecutableChoice>;

  /** One executable of each version that there is, best first: those that a query for that version would choose. */
  versions(executable: string): Promise<readonly VersionedExecutable[]>;

  /**
   * Resolves with the first choice whose fingerprint is not `refused` (null: the first choice of all), however late;
   * rejects with the signal's reason when it is aborted. Searches about once a second for all callers together.
   */
  awaitOther(query: ExecutableQuery, refused: string | null, signal: AbortSignal): Promise<Executable>;
}
