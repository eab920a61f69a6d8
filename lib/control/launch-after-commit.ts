import type { ServicePorts } from '../actors/service/effects.ts';
import type { LaunchOutcome, ProcessExit, LaunchStatus } from '../model/process.ts';
import type { StopSpec } from '../model/spec.ts';
import type { LaunchId, ServiceId } from '../model/values/ids.ts';
import type { LaunchPorts } from './launch-ports.ts';
import type { LaunchObserver, LaunchRequest } from '../ports/process-host.ts';

type ServiceProcesses = ServicePorts['processes'];

/** The durability of the store. */
interface Durability {
  /** Resolves when the exits of a service that were recorded so far are durable; rejects if they cannot be saved. */
  readonly exitsSaved: (id: ServiceId) => Promise<void>;
}

/**
 * Starts no launch before the exit of the previous one is durable: once the next launch is in the ledger, a restarted
 * host only asks about that one. Nor before the ports of the service are free. All process access of the actors goes
 * through here.
 */
export class LaunchAfterCommit implements ServiceProcesses {
  readonly #processes: ServiceProcesses;
  readonly #durability: Durability;
  readonly #ports: Pick<LaunchPorts, 'prepared'>;
  /** Waiting launches, which the process host does not know yet: a stop must reach them here. */
  readonly #waiting = new Map<ServiceId, AbortController>();

  constructor(processes: ServiceProcesses, durability: Durability, ports: Pick<LaunchPorts, 'prepared'>) {
    this.#processes = processes;
    this.#durability = durability;
    this.#ports = ports;
  }

  async launch(request: LaunchRequest): Promise<LaunchOutcome> {
    const hasPorts = (request.ports ?? []).length > 0;
    return isFirst(request) && !hasPorts ? this.#processes.launch(request) : this.#launchWhenReady(request);
  }

  /** Launches once everything is durable and the ports are free, unless a stop comes first. */
  async #launchWhenReady(request: LaunchRequest): Promise<LaunchOutcome> {
    const { serviceId } = request;
    const waiting = new AbortController();
    this.#waiting.set(serviceId, waiting);
    const ready = await this.#prepared(request);
    if (this.#waiting.get(serviceId) === waiting) this.#waiting.delete(serviceId);
    if ('type' in ready) return ready;
    if (waiting.signal.aborted) return notBegun(request, 'it was stopped in the meantime');
    return this.#processes.launch(ready); // in the same turn as the check for a stop
  }

  async #prepared(request: LaunchRequest): Promise<LaunchRequest | LaunchOutcome> {
    try {
      if (!isFirst(request)) await this.#durability.exitsSaved(request.serviceId);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return notBegun(request, `the exit of its last process cannot be saved: ${problem}`);
    }
    return this.#ports.prepared(request);
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

/** There is no earlier exit to wait for. */
function isFirst({ generation }: LaunchRequest): boolean {
  return generation === 1;
}

function notBegun({ serviceId, generation }: LaunchRequest, problem: string): LaunchOutcome {
  const message = `Service "${serviceId}" is not launched: ${problem}`;
  return { type: 'refused', generation: generation - 1, failure: { code: 'ESTORE', isPermanent: false, message } };
}
