import {
  isHostFault,
  isHostFaultError,
  type Executable,
  type ExecutableChoice,
  type Launch,
  type LaunchOutcome,
  type ProcessExit,
  type LaunchStatus,
} from '../../model/process.ts';
import type { NodeSignal, StopSpec } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Catalog, ExecutableQuery } from '../../ports/catalog.ts';
import type { ProcessMeter } from '../../ports/meter.ts';
import type { LaunchObserver, LaunchRequest, ProcessHost, Orphan } from '../../ports/process-host.ts';
import type { Health } from './health.ts';

/**
 * Wraps the process host of any engine: measures it, and reports launches that fail for lack of descriptors, memory,
 * processes or disk space.
 */
export class ObservedProcessHost implements ProcessHost {
  readonly #host: ProcessHost;
  readonly #health: Health;
  readonly #meter: ProcessMeter;

  constructor(host: ProcessHost, health: Health, meter: ProcessMeter) {
    this.#host = host;
    this.#health = health;
    this.#meter = meter;
  }

  async survey(): Promise<ReadonlyMap<ServiceId, LaunchStatus>> {
    const begunAt = performance.now();
    const status = await this.#host.survey();
    this.#meter.surveyed(status.values(), this.#host.orphans(), secondsSince(begunAt));
    return status;
  }

  async launch(request: LaunchRequest): Promise<LaunchOutcome> {
    const begunAt = performance.now();
    const outcome = await this.#host.launch(request);
    this.#meter.launched(outcome, secondsSince(begunAt));
    // A failing store is reported separately.
    if (outcome.type === 'refused' && isHostFault(outcome.failure) && outcome.failure.code !== 'ESTORE') {
      this.#health.launchFailed(request.serviceId, outcome.failure);
    } else {
      this.#health.launchSettled(request.serviceId);
    }
    return outcome;
  }

  async stop(serviceId: ServiceId, stop: StopSpec): Promise<ProcessExit | null> {
    this.#health.launchSettled(serviceId);
    const begunAt = performance.now();
    const exit = await this.#host.stop(serviceId, stop);
    if (exit !== null) this.#meter.stopped(secondsSince(begunAt)); // otherwise there was nothing to wait for
    return exit;
  }

  orphans(): readonly Orphan[] {
    return this.#host.orphans();
  }

  heldOrphans(): readonly Orphan[] {
    return this.#host.heldOrphans();
  }

  status(serviceId: ServiceId): LaunchStatus | null {
    return this.#host.status(serviceId);
  }

  observe(launchId: LaunchId, observer: LaunchObserver): () => void {
    return this.#host.observe(launchId, observer);
  }

  signal(serviceId: ServiceId, signal: NodeSignal): Promise<boolean> {
    return this.#host.signal(serviceId, signal);
  }

  problems(): readonly string[] {
    return [...this.#host.problems(), ...this.#doubts()];
  }

  obstacles(): readonly string[] {
    return this.#host.obstacles?.() ?? [];
  }

  obstacleTo(serviceId: ServiceId): string | null {
    return this.#host.obstacleTo?.(serviceId) ?? null;
  }

  /** One sentence for each reason why it is not known whether services run. */
  #doubts(): readonly string[] {
    const byReason = new Map<string, ServiceId[]>();
    for (const [serviceId, { reason }] of this.#host.doubts?.() ?? []) {
      byReason.set(reason, [...(byReason.get(reason) ?? []), serviceId]);
    }
    return [...byReason].map(([reason, [first, ...more]]) => {
      const others = more.length === 0 ? '' : ` and ${more.length} more`;
      return `It is not known whether ${first ?? '?'}${others} ${more.length === 0 ? 'is' : 'are'} still running: ${reason}.`;
    });
  }

  live(): readonly Launch[] {
    return this.#host.live();
  }

  close(): Promise<void> {
    return this.#host.close();
  }
}

function secondsSince(begunAt: number): number {
  return (performance.now() - begunAt) / 1_000;
}

/** Wraps a catalog: reports when it cannot search for lack of descriptors or memory. */
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

  versions(executable: string): ReturnType<Catalog['versions']> {
    return this.#catalog.versions(executable);
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
      if (isHostFaultError(error)) {
        const reason = error instanceof Error ? error.message : String(error);
        const message = `Cannot search for the executable "${executable}": ${reason}.`;
        this.#health.launchFailed(`program ${executable}`, { code: 'ELOOK', isPermanent: false, message });
      }
      throw error;
    }
  }
}
