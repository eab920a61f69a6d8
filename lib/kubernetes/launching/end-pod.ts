import type { LaunchId } from '../../model/values/ids.ts';
import type { Pod } from '../api/objects.ts';
import type { StopSpec } from '../../model/spec.ts';
import { graceSeconds } from '../pods/manifest.ts';
import { isDeleted, isRunning } from '../pods/pod-state.ts';
import { endByShim, type Ending } from './ask-shim.ts';
import { Closed } from './attempts.ts';
import type { PodContext } from './pod-context.ts';

const RELEASE_AGAIN_MS = 200;
const REMOVE_AGAIN_MS = 5_000;

/**
 * Ends the program of a pod, which has been observed: its shim is asked to, and only if that cannot be done the pod is deleted. A
 * kubelet that ends a deleted pod removes the container with its output, now and then before it has said how it ended (on 1.20
 * every second one of ten). A deadline (activeDeadlineSeconds) may leave a container running for ever as the API says it.
 */
export async function endPod(ending: Ending, pod: Pod, stop: StopSpec, context: PodContext): Promise<void> {
  const isAsked = isRunning(pod) && !isDeleted(pod);
  if ((isAsked && (await endByShim(ending, stop, context))) || ending.isEnded) return;
  await deletePod(pod, stop.graceMs, context);
}

/** Lets the kubelet end it. */
async function deletePod(pod: Pod, graceMs: number, { calls }: PodContext): Promise<void> {
  const given = pod.spec?.terminationGracePeriodSeconds ?? Infinity;
  const isInTime = graceSeconds(graceMs) >= given;
  await calls.deletePod(pod, isInTime ? given : Math.max(1, Math.ceil(graceMs / 1_000)));
}

/** What is removed: a launch whose end is in the ledger. */
export interface EndedPod {
  readonly launchId: LaunchId;
  readonly name: string;
  /** As it is now; null: it is gone. */
  readonly pod: Pod | null;
}

/** Removes the pod, then the permit, however long that takes. Rejects only with Closed: then the next host does it. */
export async function removePod(ended: EndedPod, context: PodContext): Promise<void> {
  const { calls, attempts, output, log, crashPoint } = context;
  crashPoint?.('before-removal');
  await output?.drained(ended.launchId);
  for (;;) {
    try {
      await release(ended, context);
      await attempts.untilAnswered(() => calls.deletePermit(ended.launchId));
      return;
    } catch (error) {
      if (error instanceof Closed) throw error;
      log.error({ err: error, launchId: ended.launchId, pod: ended.name }, 'cannot remove an ended pod; trying again');
      await attempts.turn(REMOVE_AGAIN_MS);
    }
  }
}

async function release(ended: EndedPod, { calls, attempts }: PodContext): Promise<void> {
  for (let pod = ended.pod; pod !== null;) {
    const current = pod;
    await attempts.untilAnswered(() => calls.deletePod(current, 0));
    if (await attempts.untilAnswered(() => calls.release(current))) return;
    await attempts.turn(RELEASE_AGAIN_MS);
    const found = await attempts.untilAnswered(() => calls.readPod(ended.name));
    pod = found?.metadata.uid === current.metadata.uid ? found : null;
  }
}
