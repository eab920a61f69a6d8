import { createHash } from 'node:crypto';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';

/** What all labels, annotations and finalizers here begin with. */
const DOMAIN = 'coredinator.dev';

/** Names the instance of the host, so that one list has everything of it. */
export const INSTANCE_LABEL = `${DOMAIN}/instance`;
/** Keeps an object until the end of its launch is in the ledger. */
export const FINALIZER = `${DOMAIN}/launch`;
/** What a pod says of its launch. Ids have characters and lengths that names and labels cannot have. */
export const ANNOTATIONS = {
  service: `${DOMAIN}/service`,
  agent: `${DOMAIN}/agent`,
  generation: `${DOMAIN}/generation`,
  launch: `${DOMAIN}/launch`,
  executable: `${DOMAIN}/executable`,
  version: `${DOMAIN}/version`,
  maxLogBytes: `${DOMAIN}/max-log-bytes`,
} as const;

/** The name of the container of a service, the only one in its pod. */
export const CONTAINER = 'main';

const SLUG_LENGTH = 40;
const HASH_LENGTH = 10;

/** What remains of an id in the name of an object, which has lower-case letters, digits and dashes only. */
function slugOf(id: string): string {
  const slug = id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^(?![a-z])/, 's') // the names of Services begin with a letter
    .slice(0, SLUG_LENGTH);
  return slug.replace(/-+$/, '');
}

/**
 * The name of the pod of a service, the same for all of its launches: so the API server refuses a second one for as long as
 * the first exists.
 */
export function podName(instanceId: string, serviceId: ServiceId): string {
  const hash = createHash('sha256').update(instanceId).update('\0').update(serviceId).digest('hex');
  return `${slugOf(serviceId)}-${hash.slice(0, HASH_LENGTH)}`;
}

/** The name of the Secret without which the pod of a launch cannot start. */
export function permitName(launchId: LaunchId): string {
  return `launch-${launchId}`;
}

/** The launch whose permit has this name; null: it is no permit. */
export function permittedLaunch(name: string): string | null {
  return /^launch-([0-9a-f]{32})$/.exec(name)?.[1] ?? null;
}

/** The instance as the value of a label, which has at most 63 characters. */
export function instanceLabel(instanceId: string): string {
  return /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(instanceId)
    ? instanceId
    : createHash('sha256').update(instanceId).digest('hex').slice(0, 63);
}
