import type { Executable, ExecutableChoice } from '../model/process.ts';

/** What discovery needs to know of a service. */
export interface ExecutableQuery {
  readonly executable: string;
  /** A semver range; null: any version. */
  readonly version: string | null;
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
