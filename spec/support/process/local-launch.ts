import type { Launch, LaunchOutcome } from '../../../lib/model/process.ts';
import { launchedBy } from './launched-by.ts';

/** A launch on this machine. */
export type LocalLaunch = Launch & { readonly pid: number };

/** The launch of an outcome that must not be a refusal, of a host that launches on this machine. */
export function localLaunchBy(outcome: LaunchOutcome): LocalLaunch {
  const launch = launchedBy(outcome);
  if (launch.pid === null) throw new Error(`The launch ${launch.launchId} has no pid.`);
  return { ...launch, pid: launch.pid };
}
