import { signalNumber } from '../../launching/signal-names.ts';
import type { StopSpec } from '../../model/spec.ts';
import { ApiError, hasStatus } from '../api/api-error.ts';
import type { PodContext } from './pod-context.ts';
import { signalPod } from './signal-pod.ts';

/** After a SIGKILL an end is known within that time, unless the kubelet hangs. */
const KILLED_MS = 10_000;
/** How often the shim is asked if nobody knows whether it was reached, and how long each of these waits. */
const TRIES = 8;
const AGAIN_MS = 2_000;
/**
 * How long a kubelet may take to report an end. One that was away knows nothing of a program that has ended in the meantime, so its
 * shim cannot be asked; if the pod was deleted then, what it wrote last could no longer be read.
 */
const REPORTED_MS = 5_000;

/** What is asked to end. */
export interface Ending {
  /** Of its pod. */
  readonly name: string;
  readonly isEnded: boolean;
  readonly ended: Promise<unknown>;
}

/**
 * Lets the shim of a pod end its program: by the signal of the stop, and by SIGKILL when its grace is over. Resolves to whether it
 * has ended; false if the shim cannot be asked, or does not carry that out. Rejects with Closed.
 */
export async function endByShim(ending: Ending, { signal, graceMs }: StopSpec, context: PodContext): Promise<boolean> {
  const number = signalNumber(signal);
  const kill = signalNumber('SIGKILL') ?? 9;
  if (number !== null && number !== kill && graceMs > 0) {
    if (!(await isSignalled(ending, number, context))) return ending.isEnded;
    if (await context.attempts.isWithin(graceMs, ending.ended)) return true;
  }
  if (!(await isSignalled(ending, kill, context))) return ending.isEnded;
  return context.attempts.isWithin(KILLED_MS, ending.ended);
}

/**
 * Whether the signal was sent; false also if there is no longer anything to send it to. What cannot be asked although the host may
 * has time to be reported as ended.
 */
async function isSignalled(ending: Ending, signal: number, { calls, attempts, timers }: PodContext): Promise<boolean> {
  for (let tries = 1; !ending.isEnded; tries += 1) {
    const sent = { isPossible: false };
    try {
      const begun = (): void => {
        sent.isPossible = true;
      };
      const path = `${calls.path}/pods/${ending.name}`;
      if (await signalPod({ access: calls.access, path, timers, begun }, signal)) return true;
    } catch (error) {
      // A container that ends ends the command in it; and many programs abandon their clean shutdown at a second signal.
      if (sent.isPossible) return true;
      if (hasStatus(error, 403)) return false;
      if (error instanceof ApiError && error.isAway && tries < TRIES) {
        await attempts.turn(AGAIN_MS);
        continue;
      }
    }
    await attempts.isWithin(REPORTED_MS, ending.ended);
    return false;
  }
  return false;
}
