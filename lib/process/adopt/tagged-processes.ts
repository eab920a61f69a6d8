import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { LAUNCH_TAG, ORIGIN_BASE, ORIGIN_STATE } from '../../model/environment.ts';
import { isId, parseLaunchId, parseServiceId, type LaunchId, type ServiceId } from '../../model/values/ids.ts';
import { environmentOf } from '../os/process-environment.ts';
import { procStat, type ProcessStat } from '../os/process-identity.ts';

/** A live process with the tags of a launch. */
export interface TaggedProcess extends ProcessStat {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId | null;
  readonly generation: number | null;
  /** The instance that launched it. */
  readonly instanceId: string;
  readonly origin: Origin;
}

/** The host that launched a process, as far as it can be determined. */
export interface Origin {
  /** Its base path. Null for launches of 0.1.0, whose environment does not have it. */
  readonly basePath: string | null;
  /**
   * Its state directory at the time of the launch; for launches of 0.1.0 according to their output files. Null:
   * unknown.
   */
  readonly stateDir: string | null;
  /** The program and its script, which also identify a launch of 0.1.0. */
  readonly files: readonly string[];
}

function variable(environment: string, name: string): string | null {
  const from = `\0${environment}`.indexOf(`\0${name}=`);
  if (from < 0) return null;
  const value = environment.slice(from + name.length + 1);
  const end = value.indexOf('\0');
  return Buffer.from(end < 0 ? value : value.slice(0, end), 'latin1').toString();
}

type Tags = Pick<TaggedProcess, 'launchId' | 'serviceId' | 'generation' | 'instanceId'>;

function tagsIn(environment: string): Tags | null {
  const launch = variable(environment, LAUNCH_TAG) ?? '';
  const instanceId = variable(environment, 'COREDINATOR_INSTANCE') ?? '';
  if (!/^[0-9a-f]{32}$/.test(launch) || launch === process.env[LAUNCH_TAG]) return null; // a host is no orphan
  const service = variable(environment, 'COREDINATOR_SERVICE_ID') ?? '';
  const generation = Number(variable(environment, 'COREDINATOR_GENERATION') ?? NaN);
  return {
    launchId: parseLaunchId(launch),
    serviceId: isId(service) ? parseServiceId(service) : null,
    generation: Number.isSafeInteger(generation) && generation >= 0 ? generation : null,
    instanceId,
  };
}

function originOf(pid: number, environment: string): Origin {
  const basePath = variable(environment, ORIGIN_BASE);
  const stateDir = variable(environment, ORIGIN_STATE);
  if (basePath !== null && stateDir !== null) return { basePath, stateDir, files: [] };
  return { basePath, stateDir: stateDir ?? outputRootOf(pid), files: filesOf(pid) };
}

/** The state directory with the output of a launch of 0.1.0; null: its output is elsewhere. */
function outputRootOf(pid: number): string | null {
  for (const fd of [1, 2]) {
    const target = link(`/proc/${pid}/fd/${fd}`);
    const root = target === null ? null : /^(.*)\/logs\/[^/]+\/\d+\.std(?:out|err)(?: \(deleted\))?$/.exec(target)?.[1];
    if (root != null) return root;
  }
  return null;
}

function filesOf(pid: number): readonly string[] {
  const program = link(`/proc/${pid}/exe`);
  const script = commandLineOf(pid).find((word, index) => index > 0 && word.startsWith('/'));
  return [program, script].flatMap((file) => (file == null ? [] : [file.replace(/ \(deleted\)$/, '')]));
}

function commandLineOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function link(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null; // it ended, or belongs to another user
  }
}

/** Whether it is in the PID namespace of this host. A process in a container belongs to the host there. */
function isInOurNamespace(pid: number): boolean {
  const own = link('/proc/self/ns/pid');
  return own === null || link(`/proc/${pid}/ns/pid`) === own;
}

/**
 * The live tagged processes, by launch, without those whose pid is in `known`. One pass over /proc, about 20 µs
 * per process; empty on systems without it. A process that cleared its environment is not found.
 */
export function taggedProcesses(known: ReadonlySet<number>): ReadonlyMap<LaunchId, readonly TaggedProcess[]> {
  const found = new Map<LaunchId, TaggedProcess[]>();
  if (process.platform !== 'linux') return found;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || known.has(pid)) continue;
    const environment = environmentOf(pid);
    if (environment?.includes(`${LAUNCH_TAG}=`) !== true) continue;
    const tags = tagsIn(environment);
    const stat = tags === null ? null : procStat(pid);
    if (tags === null || stat === null || stat.isDead || !isInOurNamespace(pid)) continue;
    const tagged = { ...stat, ...tags, origin: originOf(pid, environment) };
    found.set(tags.launchId, [...(found.get(tags.launchId) ?? []), tagged]);
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

/** The live main processes and descendants that an instance launched. */
export function processesOf(instanceId: string): readonly TaggedProcess[] {
  return [...taggedProcesses(new Set()).values()].flat().filter((one) => one.instanceId === instanceId);
}
