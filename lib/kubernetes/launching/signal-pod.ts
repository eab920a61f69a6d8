import type { Timers } from '../../ports/clock.ts';
import type { ClusterAccess } from '../api/access.ts';
import { hasStatus } from '../api/api-error.ts';
import { execInPod } from '../api/exec.ts';
import { SHIM } from '../pods/manifest.ts';
import { CONTAINER } from '../pods/names.ts';

const LIMIT_MS = 10_000;

/** The pod whose program gets a signal. */
export interface SignalledPod {
  readonly access: ClusterAccess;
  /** In the API. */
  readonly path: string;
  readonly timers: Timers;
  /** Called when the signal may have been sent. */
  readonly begun?: () => void;
}

/** Lets the shim of a pod send a signal to its program. Resolves to false if there is no such pod. */
export async function signalPod({ access, path, timers, begun }: SignalledPod, signal: number): Promise<boolean> {
  const command = [SHIM, 'signal', String(signal)];
  const request = { path, container: CONTAINER, command, limitMs: LIMIT_MS };
  try {
    const { exitCode, output } = await execInPod(access, begun === undefined ? request : { ...request, begun }, timers);
    if (exitCode === 0) return true;
    throw new Error(`The signal could not be sent in ${path}: ${output.trim()}`);
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}
