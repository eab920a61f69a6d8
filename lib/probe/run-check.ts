import type { Millis } from '../model/values/time.ts';
import { failure, type Check, type EndCheck, type Outcome } from './check.ts';
import type { SteadyTime } from './time.ts';

/** A timeout that fires later than this says more about this host than about the service. */
const STALL_MS: Millis = 500;

/**
 * Starts one check and settles once with its result, at the latest after the timeout; with null if this host itself was
 * stalled (stopped, or out of processor time), so that the result is unknown. Returns a function that aborts the check
 * without a result.
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
  // A response may have arrived while this host was busy: timers run first, so it gets one more turn to be read.
  const timer = time.setTimeout(() => void setImmediate(expire), timeoutMs);
  try {
    end = check.begin(timeoutMs, finish);
  } catch (error) {
    finish(failure(`the check could not be run: ${error instanceof Error ? error.message : String(error)}`));
  }
  return () => {
    if (isOver) return;
    isOver = true;
    time.clearTimeout(timer);
    end?.();
  };
}
