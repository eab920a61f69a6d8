import type { LaunchId } from '../../model/values/ids.ts';
import type { Pod } from '../api/objects.ts';
import { graceSeconds } from '../pods/manifest.ts';
import { Closed } from './attempts.ts';
import type { PodContext } from './pod-context.ts';

const RELEASE_AGAIN_MS = 200;
const REMOVE_AGAIN_MS = 5_000;

/**
 * Lets the kubelet end a pod. A deadline (activeDeadlineSeconds) would keep its log, but a kubelet that meets it while the
 * container starts may end the container and report it as running for ever (seen on 1.20).
 */
export async function endPod(pod: Pod, graceMs: number, { calls }: PodContext): Promise<void> {
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
