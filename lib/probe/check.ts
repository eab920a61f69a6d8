import type { Millis } from '../model/values/time.ts';

/**
 * The result of a check. `isFinal`: every later check would succeed too. The reason names the request and the response.
 */
export type Outcome =
  | { readonly isSuccess: true; readonly isFinal: boolean }
  | { readonly isSuccess: false; readonly reason: string };

/** Aborts a check in progress, so that `done` is no longer called; returns its result so far, null if it is unknown. */
export type EndCheck = () => Outcome | null;

/** Checks one launch in one way. It serves all checks of a probe, never two at the same time. */
export interface Check {
  /** Starts a check; `done` gets null if the result is unknown. An error that it throws counts as a failed check. */
  begin(timeoutMs: Millis, done: (outcome: Outcome | null) => void): EndCheck;
  /** Releases what is kept between checks; no check is in progress or will follow. */
  close(): void;
}

export const SUCCESS: Outcome = { isSuccess: true, isFinal: false };

export function failure(reason: string): Outcome {
  return { isSuccess: false, reason };
}
