import type { ServicePorts } from '../actors/service/effects.ts';
import { StoreUnavailableError } from '../model/errors.ts';
import type { JournalDraft } from '../model/journal.ts';
import { portNamesOfCheck, probeWithPorts, type ProbeKind } from '../model/probe.ts';
import type { LaunchOutcome } from '../model/process.ts';
import { withPorts, type Ports } from '../model/values/port-token.ts';
import type { ServiceId } from '../model/values/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { PortRegistry, ReplacedPort } from '../ports/port-registry.ts';
import type { ProbeObserver, Prober } from '../ports/prober.ts';
import type { LaunchRequest } from '../ports/process-host.ts';

interface LaunchPortsOptions {
  readonly registry: PortRegistry;
  readonly processes: Pick<ServicePorts['processes'], 'stop'>;
  readonly clock: Clock;
  /** Adds an event to the journal. */
  readonly note: (draft: JournalDraft) => void;
}

/** Fills in the ports of services at each launch; a port that another program uses is replaced. */
export class LaunchPorts {
  readonly #options: LaunchPortsOptions;

  constructor(options: LaunchPortsOptions) {
    this.#options = options;
  }

  /** The request with its ports filled in, or why there are none. */
  async prepared(request: LaunchRequest): Promise<LaunchRequest | LaunchOutcome> {
    const { ports: names = [], ...rest } = request;
    if (names.length === 0) return rest;
    try {
      return withPorts(rest, await this.#portsOf(request, names));
    } catch (error) {
      const code = error instanceof StoreUnavailableError ? 'ESTORE' : 'EADDRINUSE';
      const reason = error instanceof Error ? error.message : String(error);
      const message = `Service "${request.serviceId}" is not launched until it has its ports (${names.join(', ')}): ${reason}`;
      return { type: 'refused', generation: request.generation - 1, failure: { code, isPermanent: false, message } };
    }
  }

  async #portsOf({ serviceId, agentId, stop }: LaunchRequest, names: readonly string[]): Promise<Ports> {
    const { registry, processes } = this.#options;
    const known = registry.known(serviceId);
    const isTaken = await this.#isAnyTaken(names.flatMap((name) => known[name] ?? []));
    // Leftovers of its last process may still be listening there.
    if (isTaken) await processes.stop(serviceId, stop);
    if (isTaken || names.some((name) => known[name] === undefined)) {
      for (const change of await registry.assign(serviceId, names)) this.#note(serviceId, agentId, change);
    }
    return registry.known(serviceId);
  }

  async #isAnyTaken(ports: readonly number[]): Promise<boolean> {
    for (const port of ports) if (!(await this.#options.registry.isFree(port))) return true;
    return false;
  }

  #note(serviceId: ServiceId, agentId: string | null, { name, from, to }: ReplacedPort): void {
    const { note, clock } = this.#options;
    const nothing = { from: null, to: null, correlationId: null };
    const detail = { name, from, to };
    note({ ...nothing, serviceId, agentId, at: clock.now(), type: 'service.port_replaced', cause: 'host', detail });
  }
}

/**
 * After the loss of the database the ports of a live process are not in the registry. That is no reason to stop it: it
 * counts as started, but not as ready.
 */
function withoutPort(kind: ProbeKind, observer: ProbeObserver): () => void {
  const timer = setImmediate(() => {
    if (kind === 'startup') observer.passed();
    if (kind === 'readiness') observer.failed('its port is no longer known, because the database was lost; restart it');
  });
  return () => {
    clearImmediate(timer);
  };
}

/** A prober that fills in the ports of services in their probes. */
export function probingAtPorts(prober: Prober, registry: Pick<PortRegistry, 'known'>): Prober {
  return {
    watch: (subject, kind, probe, observer) => {
      const ports = registry.known(subject.launch.serviceId);
      const isUnknown = portNamesOfCheck(probe.check).some((name) => ports[name] === undefined);
      if (isUnknown) return withoutPort(kind, observer);
      return prober.watch(withPorts(subject, ports), kind, probeWithPorts(probe, ports), observer);
    },
    failures: (serviceId) => prober.failures(serviceId),
    close: () => {
      prober.close();
    },
  };
}
