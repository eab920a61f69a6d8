import { readdirSync, readFileSync } from 'node:fs';
import { LAUNCH_TAG } from '../../model/environment.ts';
import { isId, parseLaunchId, parseServiceId, type LaunchId, type ServiceId } from '../../model/values/ids.ts';
import { procStat, type ProcessStat } from '../os/process-identity.ts';

/** A live process with the tags of a launch of this instance. */
export interface TaggedProcess extends ProcessStat {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId | null;
  readonly generation: number | null;
}

function environmentOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return null; // ended, or owned by another user
  }
}

function variable(environment: string, name: string): string | null {
  const from = `\0${environment}`.indexOf(`\0${name}=`);
  if (from < 0) return null;
  const value = environment.slice(from + name.length + 1);
  const end = value.indexOf('\0');
  return end < 0 ? value : value.slice(0, end);
}

function tagsIn(environment: string): Pick<TaggedProcess, 'launchId' | 'serviceId' | 'generation'> | null {
  const launch = variable(environment, LAUNCH_TAG) ?? '';
  if (!/^[0-9a-f]{32}$/.test(launch) || launch === process.env[LAUNCH_TAG]) return null; // a host is not an orphan
  const service = variable(environment, 'COREDINATOR_SERVICE_ID') ?? '';
  const generation = Number(variable(environment, 'COREDINATOR_GENERATION') ?? NaN);
  return {
    launchId: parseLaunchId(launch),
    serviceId: isId(service) ? parseServiceId(service) : null,
    generation: Number.isSafeInteger(generation) && generation >= 0 ? generation : null,
  };
}

/**
 * The live processes of an instance, by launch, without those whose pid is in `known`. One pass over /proc, about 20 µs
 * per process; empty on systems without it. A process that cleared its environment is not found.
 */
export function taggedProcesses(
  instanceId: string,
  known: ReadonlySet<number>,
): ReadonlyMap<LaunchId, readonly TaggedProcess[]> {
  const found = new Map<LaunchId, TaggedProcess[]>();
  if (process.platform !== 'linux') return found;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || known.has(pid)) continue;
    const environment = environmentOf(pid);
    if (environment === null || !environment.includes(instanceId)) continue;
    if (variable(environment, 'COREDINATOR_INSTANCE') !== instanceId) continue;
    const tags = tagsIn(environment);
    const stat = tags === null ? null : procStat(pid);
    if (tags === null || stat === null || stat.isDead) continue;
    found.set(tags.launchId, [...(found.get(tags.launchId) ?? []), { ...stat, ...tags }]);
  }
  return found;
}

/**
 * The process from which the others descend: the leader of their session, or the one whose parent is not among them.
 */
export function eldest(family: readonly TaggedProcess[]): TaggedProcess | null {
  const pids = new Set(family.map(({ pid }) => pid));
  const byAge = [...family].sort((one, other) => Number(one.start) - Number(other.start));
  return byAge.find(({ pid, session }) => pid === session) ?? byAge.find(({ parent }) => !pids.has(parent)) ?? null;
}
