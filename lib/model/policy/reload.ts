import type { Intended } from '../intention.ts';
import type { ServiceSpec } from '../spec.ts';
import type { AgentId, ServiceId } from '../values/ids.ts';
import { changedParts, launchParts, revisionOf } from './revision.ts';

/**
 * What a reload does to a service. `start`: it is new. `add`: it is new but not intended to run. `restart`: its process
 * is stopped and launched again. `update`: the new spec is applied without a restart. `stop`: it is no longer
 * configured.
 */
export type ReloadAction = 'start' | 'add' | 'restart' | 'update' | 'stop';

/** One service that a reload changes, with a sentence that says why. */
export interface ServiceChange {
  readonly serviceId: ServiceId;
  readonly action: ReloadAction;
  /** The parts of the spec that differ, named as in the configuration; never their values. */
  readonly changed: readonly string[];
  readonly reason: string;
  /** The revision after the reload; null if the service is removed. */
  readonly revision: string | null;
}

/** An agent that keeps its plan because its file is unusable and it is not intended to run. */
export interface SkippedAgent {
  readonly agentId: AgentId;
  readonly reason: string;
}

/** What a reload does, or would do. */
export interface Reload {
  readonly isApplied: boolean;
  readonly changes: readonly ServiceChange[];
  readonly skipped: readonly SkippedAgent[];
  /** The revision of the contents of all files. */
  readonly revision: string;
}

/** A service before a reload. */
export interface Present {
  readonly spec: ServiceSpec;
  /** Whether a process is running or being launched. */
  readonly isLive: boolean;
}

/** A service after the reload. */
export interface Wanted {
  readonly spec: ServiceSpec;
  readonly intended: Intended;
}

const WORDS: Readonly<Partial<Record<keyof ServiceSpec, string>>> = {
  agentId: 'agent',
  configPath: 'config_path',
  settleMs: 'settle',
  dependsOn: 'depends_on',
};

/** Compares the services of two configurations; unchanged ones are left out. */
export function reloadChanges(
  before: ReadonlyMap<ServiceId, Present>,
  after: ReadonlyMap<ServiceId, Wanted>,
): readonly ServiceChange[] {
  const kept = [...after].flatMap(([serviceId, wanted]) => changeOf(serviceId, before.get(serviceId), wanted) ?? []);
  const gone = [...before.keys()].filter((serviceId) => !after.has(serviceId));
  const reason = 'it is no longer in the configuration';
  return [
    ...kept,
    ...gone.map((serviceId) => ({ serviceId, action: 'stop', changed: [], reason, revision: null }) as const),
  ];
}

function changeOf(
  serviceId: ServiceId,
  present: Present | undefined,
  { spec, intended }: Wanted,
): ServiceChange | null {
  const revision = revisionOf(spec);
  if (present === undefined) {
    const action = intended === 'running' ? 'start' : 'add';
    return { serviceId, action, changed: [], reason: 'it is new', revision };
  }
  const parts = changedParts(present.spec, spec);
  if (parts.length === 0) return null;
  const changed = parts.map((part) => WORDS[part] ?? part);
  const launched = launchParts(parts).map((part) => WORDS[part] ?? part);
  if (launched.length === 0)
    return { serviceId, action: 'update', changed, reason: `no new launch is needed for ${listOf(changed)}`, revision };
  const only = `a new launch is needed for ${listOf(launched)}`;
  if (present.isLive && intended === 'running')
    return { serviceId, action: 'restart', changed, reason: only, revision };
  // Restarting a service that is stopping would bring it up again.
  const why = present.isLive ? 'it is intended to be stopped' : 'no process is running';
  return { serviceId, action: 'update', changed, reason: `${only}, but ${why}`, revision };
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
