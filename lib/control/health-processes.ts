import type { ServiceId } from '../model/ids.ts';
import {
  isHostTrouble,
  isHostTroubleError,
  type Executable,
  type ExecutableChoice,
  type LaunchOutcome,
  type ProcessExit,
} from '../model/process.ts';
import type { StopSpec } from '../model/spec.ts';
import type { Catalog, ExecutableQuery } from '../ports/catalog.ts';
import { ProcessHostDecorator } from '../ports/process-host-decorator.ts';
import type { LaunchRequest, ProcessHost } from '../ports/process-host.ts';
import type { Health } from './health.ts';

/**
 * A process host that begins no launch before all that the actors know is kept, and reports launches which fail for want of
 * descriptors, memory, processes or space.
 */
export class ReportingProcessHost extends ProcessHostDecorator {
  readonly #health: Health;
  readonly #keepAll: () => Promise<void>;
  /** Launches that wait and of which the host knows nothing yet: a stop has to reach them here. */
  readonly #waiting = new Map<ServiceId, AbortController>();

  /** `keepAll` resolves when every fact that was told so far is durable. */
  constructor(host: ProcessHost, health: Health, keepAll: () => Promise<void>) {
    super(host);
    this.#health = health;
    this.#keepAll = keepAll;
  }

  override async launch(request: LaunchRequest): Promise<LaunchOutcome> {
    // Once the next launch is in the ledger, a host that comes up asks only about that one: the exit of the last must be kept. A
    // store known to be in trouble is not waited for; its patience with a lock that another program holds is 5 s a write.
    const isFirst = request.generation === 1; // there is no exit before it, and nothing to wait for
    const known = this.#health.obstacles()[0];
    if (known !== undefined) return notBegun(request, known);
    const outcome = await (isFirst ? this.host.launch(request) : this.#launchWhenKept(request));
    // A store in trouble reports for itself.
    if (outcome.type === 'refused' && isHostTrouble(outcome.failure) && outcome.failure.code !== 'ESTORE') {
      this.#health.launchFailed(request.serviceId, outcome.failure);
    } else {
      this.#health.launchSettled(request.serviceId);
    }
    return outcome;
  }

  /** Launches once everything is kept, unless a stop comes first: until the host knows of the launch, stops find it here. */
  async #launchWhenKept(request: LaunchRequest): Promise<LaunchOutcome> {
    const { serviceId } = request;
    const waiting = new AbortController();
    this.#waiting.set(serviceId, waiting);
    const trouble = await this.#keepAll().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (this.#waiting.get(serviceId) === waiting) this.#waiting.delete(serviceId);
    if (trouble !== null) return notBegun(request, trouble);
    if (waiting.signal.aborted) return notBegun(request, 'it was stopped meanwhile');
    return this.host.launch(request); // in the same turn as the look whether it was stopped
  }

  override stop(serviceId: ServiceId, stop: StopSpec): Promise<ProcessExit | null> {
    this.#health.launchSettled(serviceId);
    this.#waiting.get(serviceId)?.abort();
    return this.host.stop(serviceId, stop);
  }
}

function notBegun({ serviceId, generation }: LaunchRequest, trouble: string): LaunchOutcome {
  const message = `The service "${serviceId}" is not launched before the end of its last process can be kept: ${trouble}`;
  return { type: 'refused', generation: generation - 1, failure: { code: 'ESTORE', isPermanent: false, message } };
}

/** A catalog that reports when it cannot look for want of descriptors or memory. */
export class ReportingCatalog implements Catalog {
  readonly #catalog: Catalog;
  readonly #health: Health;

  constructor(catalog: Catalog, health: Health) {
    this.#catalog = catalog;
    this.#health = health;
  }

  choose(query: ExecutableQuery): Promise<ExecutableChoice> {
    return this.#reported(query, this.#catalog.choose(query));
  }

  awaitOther(query: ExecutableQuery, refused: string | null, signal: AbortSignal): Promise<Executable> {
    return this.#reported(query, this.#catalog.awaitOther(query, refused, signal));
  }

  async #reported<T>({ executable }: ExecutableQuery, looking: Promise<T>): Promise<T> {
    try {
      const found = await looking;
      this.#health.launchSettled(`program ${executable}`);
      return found;
    } catch (error) {
      if (isHostTroubleError(error)) {
        const reason = error instanceof Error ? error.message : String(error);
        const message = `The program "${executable}" cannot be looked for: ${reason}.`;
        this.#health.launchFailed(`program ${executable}`, { code: 'ELOOK', isPermanent: false, message });
      }
      throw error;
    }
  }
}
