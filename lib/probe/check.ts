import type { Millis } from '../model/values/time.ts';

/** How a check went. `isForGood`: every later one would succeed too. The reason says what was asked and what came. */
export type Outcome =
  { readonly isSuccess: true; readonly isForGood: boolean } | { readonly isSuccess: false; readonly reason: string };

/** Ends a check under way, whose `done` is not called any more; gives how it stands at that moment, null: nothing can be said. */
export type EndCheck = () => Outcome | null;

/** One way to ask one launch, made once for all its checks. No two of them are under way at the same time. */
export interface Check {
  /** Begins to ask; `done` is told null when nothing can be said. An error that it throws is a failed check. */
  begin(timeoutMs: Millis, done: (outcome: Outcome | null) => void): EndCheck;
  /** Lets go of what is kept between checks; none is under way, and none will be. */
  close(): void;
}

export const SUCCESS: Outcome = { isSuccess: true, isForGood: false };

export function failure(reason: string): Outcome {
  return { isSuccess: false, reason };
}
