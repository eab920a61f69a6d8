import type { Executable, ExecutableChoice } from '../model/process.ts';

/** A file that failed for good soon after it was found, and the one that ran well before. */
export interface Fallback {
  /** The fingerprint of the file that failed. */
  readonly rejected: string;
  /** The path of the file that ran well. */
  readonly lastGoodPath: string;
}

/** What discovery needs to know of a service. */
export interface ExecutableQuery {
  readonly executable: string;
  /** A semver range; null: any version. */
  readonly version: string | null;
  /** For as long as the best file is the rejected one, the last good file is chosen instead, or the next best where that is gone. */
  readonly fallback?: Fallback;
}

/** Finds the file that a launch runs (contract 4). */
export interface Catalog {
  /** The choice as of now; the base path is read anew at each call. */
  choose(query: ExecutableQuery): Promise<ExecutableChoice>;

  /**
   * Resolves with the first choice whose fingerprint is not `refused` (null: the first choice at all), however late;
   * rejects with the signal's reason when it is aborted. Looks about once a second, once for all who wait.
   */
  awaitOther(query: ExecutableQuery, refused: string | null, signal: AbortSignal): Promise<Executable>;
}
