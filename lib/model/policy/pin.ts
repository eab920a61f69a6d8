import type { Intended, VersionPin } from '../intention.ts';
import type { ServiceSpec } from '../spec.ts';
import type { ServiceChange } from './reload.ts';
import { revisionOf } from './revision.ts';
import { isVersionIn } from './version.ts';

/** A file that a service runs, or would run. */
export interface RunningFile {
  readonly version: string | null;
  /** Its path. */
  readonly executable: string;
}

/** A service before its version is pinned or unpinned. */
export interface PinSubject {
  readonly spec: ServiceSpec;
  readonly pin: VersionPin | null;
  readonly intended: Intended;
  /** What it runs; null: it has no process. */
  readonly from: RunningFile | null;
  /** What it would run with the new version; null: there is no such file. */
  readonly to: RunningFile | null;
}

/**
 * What pinning a service to a version (null: unpinning it) does to it; null: nothing, because it is so already. A process
 * that runs the wanted file is left alone, and so is one that nothing could replace.
 */
export function pinChange(subject: PinSubject, version: string | null): ServiceChange | null {
  const { spec, pin } = subject;
  if ((pin?.version ?? null) === version) return null;
  const [old, present] = [pin?.version ?? spec.version, version ?? spec.version];
  const [action, reason] = outcome(subject);
  return {
    serviceId: spec.id,
    action,
    changed: ['version'],
    keys: [{ key: 'version', old, new: present }],
    reason: `${reason}${excluded(version, spec.version)}`,
    revision: revisionOf(spec),
  };
}

function outcome({ from, to, intended }: PinSubject): readonly [ServiceChange['action'], string] {
  if (to === null)
    return ['update', 'no executable fits, so what runs is left alone, and the next launch waits for one'];
  if (from === null) return ['update', `no process is running; the next launch runs ${nameOf(to)}`];
  if (from.executable === to.executable) return ['update', `its process runs ${nameOf(to)} already`];
  if (intended === 'stopped') return ['update', 'it is intended to be stopped'];
  return ['restart', `its process runs ${nameOf(from)}, and a new launch runs ${nameOf(to)}`];
}

function nameOf({ version, executable }: RunningFile): string {
  return version === null ? `"${executable}"` : `version ${version}`;
}

/** The pin is stronger than the configuration, so it is said if they contradict each other. */
function excluded(version: string | null, range: string | null): string {
  if (version === null || isVersionIn(version, range)) return '';
  return `; its configuration asks for version ${range ?? ''}, which excludes it`;
}
