import { longestWaits, reachableRestarts } from '../../model/policy/restart.ts';
import { formatDuration } from '../../model/values/duration.ts';
import type { Kind } from '../schema/schema.ts';
import { restartSpec } from './service-plan.ts';

/**
 * What is wrong with a budget that no service can exceed: one that always ends at once would be launched anew for ever, and nobody
 * would ever be told that it has failed. The message continues "intensity "; null: nothing is wrong.
 */
export function budgetProblem(kind: Kind): string | null {
  const { mode, backoff, intensity } = restartSpec(kind);
  if (intensity === null) return null;
  const { maxRestarts, periodMs } = intensity;
  const reachable = reachableRestarts({ backoff, intensity });
  if (mode === 'never' || reachable === maxRestarts) return null;
  const waits = `${longestWaits(backoff, maxRestarts) / 1000}s`;
  return (
    `can never be exceeded: the waits of ${maxRestarts} restarts take up to ${waits}, and the period is ` +
    `${formatDuration(periodMs)}; make the backoff shorter, the period longer than ${waits}, or max_restarts ${reachable} or less`
  );
}
