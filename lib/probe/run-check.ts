import type { Millis } from '../model/values/time.ts';
import { failure, type Check, type EndCheck, type Outcome } from './check.ts';
import type { SteadyTime } from './time.ts';

/** A timeout that comes later than that says more of this host than of the service. */
const STALL_MS: Millis = 500;

/**
 * Begins one check and tells once how it went, at the latest after the timeout; null when this host itself stood still (stopped, or
 * out of processor time), so that nothing can be said. Gives the way to end it untold.
 */
export function runCheck(
  check: Check,
  timeoutMs: Millis,
  time: SteadyTime,
  settle: (outcome: Outcome | null) => void,
): () => void {
  const begunAt = time.now();
  let isOver = false;
  let end: EndCheck | null = null;
  const finish = (outcome: Outcome | null): void => {
    if (isOver) return;
    isOver = true;
    time.clearTimeout(timer);
    settle(outcome);
  };
  const expire = (): void => {
    if (isOver || end === null) return;
    const outcome = end();
    finish(outcome?.isSuccess === false && time.now() - begunAt > timeoutMs + STALL_MS ? null : outcome);
  };
  // An answer may have come while this host was busy: timers are served first, so it gets one more turn to be read.
  const timer = time.setTimeout(() => void setImmediate(expire), timeoutMs);
  try {
    end = check.begin(timeoutMs, finish);
  } catch (error) {
    finish(failure(`the check could not be made: ${error instanceof Error ? error.message : String(error)}`));
  }
  return () => {
    if (isOver) return;
    isOver = true;
    time.clearTimeout(timer);
    end?.();
  };
}
