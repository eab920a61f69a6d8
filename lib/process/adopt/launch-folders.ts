import { parseLaunchId, type LaunchId } from '../../model/values/ids.ts';
import type { Log } from '../../ports/log.ts';

const MAX_NAMED = 20;

/** The launches among the names in a folder of launches. Others are left alone, with a warning. */
export function launchIdsAmong(names: readonly string[], folder: string, log: Log): readonly LaunchId[] {
  const foreign = names.filter((name) => launchIdOf(name) === null);
  if (foreign.length > 0) {
    log.warn({ folder, count: foreign.length, names: foreign.slice(0, MAX_NAMED) }, 'not a launch folder; left alone');
  }
  return names.flatMap((name) => launchIdOf(name) ?? []);
}

function launchIdOf(name: string): LaunchId | null {
  try {
    return parseLaunchId(name);
  } catch {
    return null; // not a launch folder
  }
}
