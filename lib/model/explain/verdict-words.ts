import type { Verdict } from '../policy/restart.ts';
import type { RestartSpec } from '../spec.ts';
import { spokenDuration } from '../values/duration.ts';
import { givenUpText } from './reason.ts';

/**
 * What a verdict would lead to, as the end of a sentence that begins with `it would`. `fallback` is the version to fall
 * back to.
 */
export function consequence(
  verdict: Verdict,
  { intensity, recoverAfterMs }: RestartSpec,
  fallback: string | null,
): string {
  switch (verdict.next) {
    case 'complete':
      return 'stay stopped as completed';
    case 'retry': {
      const launch = `be launched again after about ${spokenDuration(verdict.delayMs)}`;
      if (intensity === null) return `${launch} (restarts are not limited)`;
      const used = verdict.budget.restartTimes.length;
      return `${launch} (restart ${used} of at most ${intensity.maxRestarts} within ${spokenDuration(intensity.periodMs)})`;
    }
    case 'fall_back':
      return `fall back to ${fallback ?? 'the last good version'} immediately: ${givenUpText(verdict.because)}`;
    case 'give_up':
      return verdict.recovers && recoverAfterMs !== null
        ? `be failed, with one recovery attempt after ${spokenDuration(recoverAfterMs)}: ${givenUpText(verdict.because)}`
        : `be failed until a command starts it: ${givenUpText(verdict.because)}`;
  }
}
