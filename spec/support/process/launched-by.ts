import type { Launch, LaunchOutcome } from '../../../lib/model/process.ts';

/** The launch of an outcome that must not be a refusal. */
export function launchedBy(outcome: LaunchOutcome): Launch {
  if (outcome.type === 'launched') return outcome.launch;
  throw new Error(`${outcome.failure.code}: ${outcome.failure.message}`);
}
