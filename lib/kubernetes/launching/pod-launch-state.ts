import type { Launch, ProcessExit } from '../../model/process.ts';
import type { Pod } from '../api/objects.ts';
import type { Pending } from '../pods/pod-pending.ts';

/**
 * - `asked`: there may be a pod.
 * - `pending`: its program does not run yet.
 * - `starting`: its container runs, but perhaps not its program.
 * - `running`: it is known as alive.
 * - `ended`: it is known how it ended; its pod may still exist.
 * - `removed`: nothing of it is left in the cluster.
 */
export type PodLaunchState =
  | { readonly type: 'asked' }
  | { readonly type: 'pending'; readonly pod: Pod; readonly pending: Pending }
  | { readonly type: 'starting'; readonly pod: Pod; readonly timer: unknown }
  | { readonly type: 'running'; readonly pod: Pod | null; readonly launch: Launch }
  | { readonly type: 'ended'; readonly pod: Pod | null; readonly exit: ProcessExit | null }
  | { readonly type: 'removed'; readonly exit: ProcessExit | null };

/** A promise and what settles it. */
export class Decision<T> {
  readonly promise: Promise<T>;
  decide: (value: T) => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve) => (this.decide = resolve));
  }
}
