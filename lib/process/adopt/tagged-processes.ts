import { readdirSync } from 'node:fs';
import { LAUNCH_TAG } from '../../model/environment.ts';
import { isId, parseLaunchId, parseServiceId, type LaunchId, type ServiceId } from '../../model/values/ids.ts';
import { environmentOf } from '../os/process-environment.ts';
import { procStat, type ProcessStat } from '../os/process-identity.ts';

/** A living process that carries the marks of a launch of this instance. */
export interface TaggedProcess extends ProcessStat {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId | null;
  readonly generation: number | null;
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
  if (!/^[0-9a-f]{32}$/.test(launch) || launch === process.env[LAUNCH_TAG]) return null; // a host is nobody's stray
  const service = variable(environment, 'COREDINATOR_SERVICE_ID') ?? '';
  const generation = Number(variable(environment, 'COREDINATOR_GENERATION') ?? NaN);
  return {
    launchId: parseLaunchId(launch),
    serviceId: isId(service) ? parseServiceId(service) : null,
    generation: Number.isSafeInteger(generation) && generation >= 0 ? generation : null,
  };
}

/**
 * The living processes of an instance, by launch; those with a pid in `known` are not looked at. One pass over /proc, at some
 * 20 µs a process; empty on systems without it. A process that threw its environment away is not found.
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

/** The process that the others descend from: the leader of their session, else the one whose parent is not among them. */
export function eldest(family: readonly TaggedProcess[]): TaggedProcess | null {
  const pids = new Set(family.map(({ pid }) => pid));
  const byAge = [...family].sort((one, other) => Number(one.start) - Number(other.start));
  return byAge.find(({ pid, session }) => pid === session) ?? byAge.find(({ parent }) => !pids.has(parent)) ?? null;
}
