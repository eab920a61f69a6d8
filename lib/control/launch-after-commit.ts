import type { ServicePorts } from '../actors/service/effects.ts';
import type { LaunchOutcome, ProcessExit, LaunchStatus } from '../model/process.ts';
import type { StopSpec } from '../model/spec.ts';
import type { LaunchId, ServiceId } from '../model/values/ids.ts';
import type { LaunchObserver, LaunchRequest } from '../ports/process-host.ts';

type ServiceProcesses = ServicePorts['processes'];

/** What is known of the store. */
interface Durability {
  /** Why nothing can be made durable now, in sentences; empty when it can. */
  readonly obstacles: () => readonly string[];
  /** Resolves when every fact that was told so far is durable. */
  readonly commit: () => Promise<void>;
}

/**
 * Begins no launch before the exit of the last one is durable: once the next launch is in the ledger, a host that comes up asks only
 * about that one. What actors know of processes goes through here.
 */
export class LaunchAfterCommit implements ServiceProcesses {
  readonly #processes: ServiceProcesses;
  readonly #durability: Durability;
  /** Launches that wait and of which the process host knows nothing yet: a stop has to reach them here. */
  readonly #waiting = new Map<ServiceId, AbortController>();

  constructor(processes: ServiceProcesses, durability: Durability) {
    this.#processes = processes;
    this.#durability = durability;
  }

  async launch(request: LaunchRequest): Promise<LaunchOutcome> {
    // A store known to be in trouble is not waited for; its patience with a lock that another program holds is 5 s a write.
    const known = this.#durability.obstacles()[0];
    if (known !== undefined) return notBegun(request, known);
    const isFirst = request.generation === 1; // there is no exit before it, and nothing to wait for
    return isFirst ? this.#processes.launch(request) : this.#launchWhenDurable(request);
  }

  /** Launches once everything is durable, unless a stop comes first. */
  async #launchWhenDurable(request: LaunchRequest): Promise<LaunchOutcome> {
    const { serviceId } = request;
    const waiting = new AbortController();
    this.#waiting.set(serviceId, waiting);
    const trouble = await this.#durability.commit().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (this.#waiting.get(serviceId) === waiting) this.#waiting.delete(serviceId);
    if (trouble !== null) return notBegun(request, trouble);
    if (waiting.signal.aborted) return notBegun(request, 'it was stopped meanwhile');
    return this.#processes.launch(request); // in the same turn as the look whether it was stopped
  }

  stop(serviceId: ServiceId, stop: StopSpec): Promise<ProcessExit | null> {
    this.#waiting.get(serviceId)?.abort();
    return this.#processes.stop(serviceId, stop);
  }

  status(serviceId: ServiceId): LaunchStatus | null {
    return this.#processes.status(serviceId);
  }

  observe(launchId: LaunchId, observer: LaunchObserver): () => void {
    return this.#processes.observe(launchId, observer);
  }
}

function notBegun({ serviceId, generation }: LaunchRequest, trouble: string): LaunchOutcome {
  const message = `The service "${serviceId}" is not launched before the end of its last process can be kept: ${trouble}`;
  return { type: 'refused', generation: generation - 1, failure: { code: 'ESTORE', isPermanent: false, message } };
}
