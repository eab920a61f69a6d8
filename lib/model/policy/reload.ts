import type { Intended } from '../intention.ts';
import type { ServiceSpec } from '../spec.ts';
import type { AgentId, ServiceId } from '../values/ids.ts';
import { changedParts, launchParts, revisionOf } from './revision.ts';

/**
 * What a reload does to a service. `start`: it is new. `add`: it is new and not meant to run. `restart`: its process is ended and
 * launched anew. `update`: the new spec holds without that. `stop`: it is no longer configured.
 */
export type ReloadAction = 'start' | 'add' | 'restart' | 'update' | 'stop';

/** One service that a reload changes, with the sentence that says why. */
export interface ServiceChange {
  readonly serviceId: ServiceId;
  readonly action: ReloadAction;
  /** The parts of the spec that differ, in the words of the configuration; never their values. */
  readonly changed: readonly string[];
  readonly reason: string;
  /** The revision after the reload; null: it is gone. */
  readonly revision: string | null;
}

/** An agent that keeps its plan, because its file cannot be used and it is not meant to run. */
export interface SkippedAgent {
  readonly agentId: AgentId;
  readonly reason: string;
}

/** What a reload does, or would do. */
export interface Reload {
  readonly isApplied: boolean;
  readonly changes: readonly ServiceChange[];
  readonly skipped: readonly SkippedAgent[];
  /** Of everything that the files say: the same as long as they say the same. */
  readonly revision: string;
}

/** A service before a reload. */
export interface Present {
  readonly spec: ServiceSpec;
  /** Whether a process lives, or is being launched. */
  readonly isLive: boolean;
}

/** A service after it. */
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

/** Compares the services of two configurations; those that stay as they are are left out. */
export function reloadChanges(
  before: ReadonlyMap<ServiceId, Present>,
  after: ReadonlyMap<ServiceId, Wanted>,
): readonly ServiceChange[] {
  const kept = [...after].flatMap(([serviceId, wanted]) => changeOf(serviceId, before.get(serviceId), wanted) ?? []);
  const gone = [...before.keys()].filter((serviceId) => !after.has(serviceId));
  const reason = 'no configuration speaks of it any more';
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
    return { serviceId, action: 'update', changed, reason: `${listOf(changed)} hold at once`, revision };
  const only = `only a new launch can take over ${listOf(launched)}`;
  if (present.isLive && intended === 'running')
    return { serviceId, action: 'restart', changed, reason: only, revision };
  // A restart of what is on its way down would bring it up again, unasked.
  const why = present.isLive ? 'it is not meant to run' : 'no process lives';
  return { serviceId, action: 'update', changed, reason: `${only}, and ${why}`, revision };
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
