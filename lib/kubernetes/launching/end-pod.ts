import type { LaunchId } from '../../model/values/ids.ts';
import type { Pod } from '../api/objects.ts';
import type { StopSpec } from '../../model/spec.ts';
import { graceSeconds } from '../pods/manifest.ts';
import { containerOf, isDeleted, isRunning } from '../pods/pod-state.ts';
import { endByShim, type Ending } from './ask-shim.ts';
import { Closed } from './attempts.ts';
import type { PodContext } from './pod-context.ts';

/** How long a pod may take to run its program before it can be stopped, and how often that is looked at. */
export const STARTING_MS = 20_000;
const LOOK_MS = 200;
const RELEASE_AGAIN_MS = 200;
const REMOVE_AGAIN_MS = 5_000;

/**
 * Ends the program of a pod: its shim is asked to, and only if that cannot be done the pod is deleted. A kubelet that ends a
 * deleted pod removes the container with its output, now and then before it has said how it ended (on 1.20 every second one of
 * ten), and may say that nothing of it is left while its program is starting. A deadline (activeDeadlineSeconds) may leave a
 * container running for ever as the API says it. A container that is being created gets `startingMs` for that.
 */
export async function endPod(
  ending: StoppedPod,
  stop: StopSpec,
  context: PodContext,
  startingMs = STARTING_MS,
): Promise<void> {
  if (await isEndedGently(ending, stop, context, startingMs)) return;
  if (ending.pod !== null) await deletePod(ending.pod, stop.graceMs, context);
}

/** Whether it no longer runs; false: its shim cannot be asked. */
async function isEndedGently(
  ending: StoppedPod,
  stop: StopSpec,
  context: PodContext,
  startingMs: number,
): Promise<boolean> {
  for (let waitedMs = 0; ; waitedMs += ending.pod === null ? 0 : LOOK_MS) {
    const { pod, isEnded } = ending;
    if (isEnded) return true;
    if (pod === null) {
      await context.attempts.isWithin(LOOK_MS, ending.ended); // the cluster has not answered yet
      continue;
    }
    if (isDeleted(pod) || waitedMs >= startingMs || !(isRunning(pod) || isCreating(pod))) return false;
    if (isRunning(pod)) return endByShim(ending, stop, context);
    await context.attempts.isWithin(LOOK_MS, ending.ended);
  }
}

/** A kubelet is creating its container, so its program may run at any moment. */
export function isCreating(pod: Pod): boolean {
  const { waiting, running, terminated } = containerOf(pod)?.state ?? {};
  if (running !== undefined || terminated !== undefined) return false;
  const reason = waiting?.reason ?? 'ContainerCreating';
  return pod.spec?.nodeName !== undefined && (reason === 'ContainerCreating' || reason === 'PodInitializing');
}

/** Lets the kubelet end it. */
async function deletePod(pod: Pod, graceMs: number, { calls }: PodContext): Promise<void> {
  const given = pod.spec?.terminationGracePeriodSeconds ?? Infinity;
  const isInTime = graceSeconds(graceMs) >= given;
  await calls.deletePod(pod, isInTime ? given : Math.max(1, Math.ceil(graceMs / 1_000)));
}

/** What is stopped: a launch whose pod is as it was last observed; null: none is known. */
export interface StoppedPod extends Ending {
  readonly pod: Pod | null;
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
