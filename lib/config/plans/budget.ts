import { longestWaits, reachableRestarts } from '../../model/policy/restart.ts';
import { formatDuration } from '../../model/values/duration.ts';
import type { Kind } from '../schema/schema.ts';
import { restartSpec } from './service-plan.ts';

/**
 * The problem of a budget that no service can exceed: a service that always exits immediately would be launched again
 * forever, and never be reported as failed. The message continues "intensity "; null: no problem.
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
