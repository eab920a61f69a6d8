import { keyChanges, type KeyChange } from '../configuration/key-changes.ts';
import { specDocument } from '../configuration/spec-document.ts';
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
  /** What differs of a service that was there before and still is; hidden values are not shown. */
  readonly keys: readonly KeyChange[];
  readonly reason: string;
  /** The revision after the reload; null if the service is removed. */
  readonly revision: string | null;
}

/** What changes of the host (`agentId` null) or of an agent besides its services. */
export interface SettingsChange {
  readonly agentId: AgentId | null;
  readonly keys: readonly KeyChange[];
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
  /** Those of the host and of agents that change. */
  readonly settings: readonly SettingsChange[];
  readonly skipped: readonly SkippedAgent[];
  /** The revision of the contents of all files. */
  readonly revision: string;
}

/** A service before a reload. */
export interface Present {
  readonly spec: ServiceSpec;
  /** Whether a process is running or being launched. */
  readonly isLive: boolean;
  /** The version that it is pinned to; null: the spec decides. */
  readonly pin: string | null;
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

/** Hides the secrets of a spec, and the values of other variables in its texts. */
export type MaskSpec = (spec: ServiceSpec, more: ServiceSpec['env']) => ServiceSpec;

/** Compares the services of two configurations; unchanged ones are left out. */
export function reloadChanges(
  before: ReadonlyMap<ServiceId, Present>,
  after: ReadonlyMap<ServiceId, Wanted>,
  mask: MaskSpec,
): readonly ServiceChange[] {
  const kept = [...after].flatMap(
    ([serviceId, wanted]) => changeOf(serviceId, before.get(serviceId), wanted, mask) ?? [],
  );
  const gone = [...before.keys()].filter((serviceId) => !after.has(serviceId));
  const reason = 'it is no longer in the configuration';
  return [
    ...kept,
    ...gone.map((serviceId) => ({ serviceId, action: 'stop', changed: [], keys: [], reason, revision: null }) as const),
  ];
}

function changeOf(
  serviceId: ServiceId,
  present: Present | undefined,
  { spec, intended }: Wanted,
  mask: MaskSpec,
): ServiceChange | null {
  const revision = revisionOf(spec);
  if (present === undefined) {
    const action = intended === 'running' ? 'start' : 'add';
    return { serviceId, action, changed: [], keys: [], reason: 'it is new', revision };
  }
  const parts = changedParts(present.spec, spec);
  if (parts.length === 0) return null;
  const changed = parts.map((part) => WORDS[part] ?? part);
  const isPinned = present.pin !== null && parts.includes('version');
  const launched = launchParts(parts)
    .filter((part) => !(isPinned && part === 'version'))
    .map((part) => WORDS[part] ?? part);
  const old = { ...spec, ...Object.fromEntries(parts.map((part) => [part, present.spec[part]])) };
  const what = {
    ...{ serviceId, changed, revision },
    keys: keyChanges(specDocument(mask(old, spec.env)), specDocument(mask(spec, old.env))),
  };
  const pinned = isPinned ? `; it stays pinned to version ${present.pin}` : '';
  if (launched.length === 0)
    return { ...what, action: 'update', reason: `no new launch is needed for ${listOf(changed)}${pinned}` };
  const only = `a new launch is needed for ${listOf(launched)}${pinned}`;
  if (present.isLive && intended === 'running') return { ...what, action: 'restart', reason: only };
  // Restarting a service that is stopping would bring it up again.
  const why = present.isLive ? 'it is intended to be stopped' : 'no process is running';
  return { ...what, action: 'update', reason: `${only}, but ${why}` };
}

/** The services that are stopped and launched again. */
export function restartsIn(changes: readonly ServiceChange[]): readonly ServiceId[] {
  return changes.filter(({ action }) => action === 'restart').map(({ serviceId }) => serviceId);
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
