import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Log } from '../../ports/log.ts';
import type { Identity } from '../os/process-identity.ts';
import { signalProcess } from '../os/signals.ts';
import {
  OWES_NOTHING,
  remedyOf,
  silenceAfter,
  type Observation,
  type ShimRemedy,
  type ShimSilence,
} from './shim-silence.ts';

/** The tree of a shim. */
export interface SilentTree {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly main: Identity | null;
  readonly shim: Identity;
}

export interface SilentShimContext {
  readonly log: Log;
  readonly unkillable: Map<LaunchId, string>;
}

/** Wakes or kills a shim that does not record the end of its main process. */
export class SilentShim {
  readonly #tree: SilentTree;
  readonly #context: SilentShimContext;
  readonly #signal: typeof signalProcess;
  #silence: ShimSilence = OWES_NOTHING;

  constructor(tree: SilentTree, context: SilentShimContext, signal = signalProcess) {
    this.#tree = tree;
    this.#context = context;
    this.#signal = signal;
  }

  get isSuspect(): boolean {
    return this.#silence.owes !== 'nothing';
  }

  /** Acts on a check that found no exit record; returns what was done. */
  handle(observed: Omit<Observation, 'now'>, now = performance.now()): ShimRemedy | null {
    const before = this.#silence;
    this.#silence = silenceAfter(before, { ...observed, now });
    const remedy = remedyOf(before, this.#silence);
    const { launchId, serviceId: service, shim, main } = this.#tree;
    const about = { launchId, service, shim: shim.pid, pid: main?.pid };
    switch (remedy) {
      case 'continue':
        this.#context.log.warn(about, 'A process has ended, and its shim is stopped (SIGSTOP). The shim is continued.');
        this.#signal(shim.pid, 'SIGCONT');
        break;
      case 'kill':
        this.#context.log.warn(about, 'A process has ended, and its shim does not record how. The shim is killed.');
        this.#signal(shim.pid, 'SIGKILL');
        break;
      case 'give up': {
        const reason = unkillable(service, shim.pid);
        this.#context.log.error(about, reason);
        this.#context.unkillable.set(launchId, reason);
        break;
      }
      case null:
    }
    return remedy;
  }
}

function unkillable(service: ServiceId, pid: number): string {
  const what = `The shim of the service "${service}" (pid ${pid}) can be neither woken nor killed`;
  const so = 'how its process ended is unknown, and the service is not launched again';
  const remedy = 'Repair what it waits for (a network file system, a frozen control group), or restart the machine';
  return `${what}: ${so}. ${remedy}.`;
}
