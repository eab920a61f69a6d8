import { signalNumber } from '../../launching/signal-names.ts';
import type { StopSpec } from '../../model/spec.ts';
import { ApiError } from '../api/api-error.ts';
import type { PodContext } from './pod-context.ts';
import { signalPod } from './signal-pod.ts';

/** After a SIGKILL an end is known within that time, unless the kubelet hangs. */
const KILLED_MS = 10_000;
/** How often the shim is asked if nobody knows whether it was reached, and how long each of these waits. */
const TRIES = 8;
const AGAIN_MS = 2_000;

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
  return (await isSignalled(ending, kill, context)) && (await context.attempts.isWithin(KILLED_MS, ending.ended));
}

/** Whether the signal was sent; false also if there is no longer anything to send it to. */
async function isSignalled(ending: Ending, signal: number, { calls, attempts, timers }: PodContext): Promise<boolean> {
  for (let tries = 1; !ending.isEnded; tries += 1) {
    const sent = { isPossible: false };
    try {
      const begun = (): void => {
        sent.isPossible = true;
      };
      return await signalPod(
        { access: calls.access, path: `${calls.path}/pods/${ending.name}`, timers, begun },
        signal,
      );
    } catch (error) {
      // A container that ends ends the command in it; and many programs abandon their clean shutdown at a second signal.
      if (sent.isPossible) return true;
      const isRefused = !(error instanceof ApiError) || !error.isAway;
      if (isRefused || tries === TRIES) return false;
    }
    await attempts.turn(AGAIN_MS);
  }
  return false;
}
