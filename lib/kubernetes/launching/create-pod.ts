import { transient } from '../../launching/transient-failure.ts';
import type { LaunchFailure } from '../../model/process.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import { ApiError } from '../api/api-error.ts';
import type { Pod } from '../api/objects.ts';
import type { NewObject } from '../pods/pod-parts.ts';
import { isExisting } from '../pods/pod-calls.ts';
import { isDeleted, isOver, ownerOf, placeOf } from '../pods/pod-state.ts';
import type { PodContext } from './pod-context.ts';

/** How long a pod that is about to go is waited for. */
const PREDECESSOR_MS = 10_000;
const AGAIN_MS = 200;

export type Created =
  | { readonly type: 'created'; readonly pod: Pod }
  | { readonly type: 'refused'; readonly failure: LaunchFailure }
  | { readonly type: 'cancelled' };

export interface Creation {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly pod: NewObject;
  readonly isCancelled: () => boolean;
  /** What this host knows of another launch; null: nothing. Resolves when its pod is gone. */
  readonly known: (launchId: LaunchId) => Promise<void> | null;
  /** Removes a pod that has ended, and whose launch this host does not know. */
  readonly removeEnded: (pod: Pod) => Promise<void>;
}

type Answer =
  | { readonly type: 'created'; readonly pod: Pod }
  | { readonly type: 'exists' }
  | { readonly type: 'again' }
  /** It may have been created, now or later. */
  | { readonly type: 'unknown' }
  | { readonly type: 'refused'; readonly failure: LaunchFailure };

/**
 * Creates the pod of a launch whose permit exists. The name of the pod is the lock: whoever has it is found by reading it. Never
 * tries with another launch id, and does not return before it is known what the API server did.
 */
export async function createPod(creation: Creation, context: PodContext): Promise<Created> {
  const steadyMs = (): number => performance.now();
  let heldSince: number | null = null;
  let mayExist = false;
  while (!creation.isCancelled()) {
    const answer = await ask(creation, context);
    if (answer.type === 'created') return answer;
    if (answer.type === 'refused' && !mayExist) return answer;
    if (answer.type === 'unknown') mayExist = true;
    if (answer.type === 'exists') {
      const holder = await holderOf(creation, context);
      if (holder.type === 'created') return holder;
      if (holder.type === 'refused') {
        heldSince ??= steadyMs();
        const isWaitedFor = holder.failure.code === 'EPREDECESSOR' && steadyMs() - heldSince < PREDECESSOR_MS;
        if (!isWaitedFor) return holder;
      }
    }
    await context.attempts.turn(AGAIN_MS);
  }
  return { type: 'cancelled' };
}

async function ask({ pod, serviceId }: Creation, { calls }: PodContext): Promise<Answer> {
  try {
    return { type: 'created', pod: await calls.createPod(pod) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isExisting(error)) return { type: 'exists' };
    if (error.status === 409) return { type: 'again' }; // a quota was changed at the same time (k8s 67761, tekton 5252)
    if (error.isUncertain) return { type: 'unknown' };
    return { type: 'refused', failure: refusalOf(error, serviceId) };
  }
}

/** Why the API server creates nothing for a launch. */
export function refusalOf(error: ApiError, serviceId: ServiceId): LaunchFailure {
  const message = `Service "${serviceId}" cannot be launched: ${error.message}`;
  if (error.isAway) return transient('EAPI', message);
  switch (error.status ?? 0) {
    case 403:
      if (/exceeded quota|quota/i.test(error.message)) return transient('EQUOTA', message);
      // A missing right is no fault of the service; an admission that forbids its pod is.
      return /cannot create resource/.test(error.message)
        ? transient('EAPI', message)
        : { code: 'EPERM', isPermanent: true, message };
    case 404:
      return transient('EAPI', message); // the namespace
    default:
      return { code: 'EINVAL', isPermanent: true, message };
  }
}

/** Who has the name. `again`: nobody has it now, or soon will not. */
async function holderOf(creation: Creation, context: PodContext): Promise<Exclude<Answer, { type: 'exists' }>> {
  const { launchId, serviceId, pod: asked } = creation;
  const { calls, attempts } = context;
  const pod = await attempts.untilAnswered(() => calls.readPod(asked.metadata.name));
  if (pod === null) return { type: 'again' };
  const owner = ownerOf(pod);
  if (owner?.launchId === launchId) return { type: 'created', pod }; // an earlier answer was lost
  const place = placeOf(pod);
  if (owner?.serviceId !== serviceId) {
    const message = `Service "${serviceId}" cannot be launched: ${place} has its name and is not of this service. Delete that pod.`;
    return { type: 'refused', failure: { code: 'EEXIST', isPermanent: true, message } };
  }
  if (creation.known(owner.launchId) !== null) {
    return { type: 'refused', failure: predecessorOf(serviceId, place) };
  }
  if (isOver(pod)) {
    await creation.removeEnded(pod);
    return { type: 'again' };
  }
  if (isDeleted(pod)) return { type: 'refused', failure: predecessorOf(serviceId, place) };
  const message = `Service "${serviceId}" cannot be launched: ${place} is of a launch that this host does not know.`;
  return { type: 'refused', failure: transient('ESTRAY', message) };
}

/** The end of the previous launch cannot be proven now. */
export function predecessorOf(serviceId: ServiceId, place: string): LaunchFailure {
  return transient(
    'EPREDECESSOR',
    `Service "${serviceId}" cannot be launched: it cannot be proven now that its previous launch (${place}) has ended.`,
  );
}
