import type { Situation } from '../../model/explain/situation.ts';
import type { JournalEntry } from '../../model/journal.ts';
import { portNamesOf } from '../../model/probe.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import { portNamesIn, type Ports } from '../../model/values/port-token.ts';
import type { PortRegistry } from '../../ports/port-registry.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost', '0.0.0.0']);

type Registry = Pick<PortRegistry, 'known' | 'isFree' | 'holder'>;

/** A port that a service needs; its name if it belongs to the service, null if only its probes use it. */
interface NeededPort {
  readonly port: number;
  readonly name: string | null;
}

interface BusyPort extends NeededPort {
  /** As `nginx (pid 812)`; null: unknown. */
  readonly holder: string | null;
}

/** The ports that a service without a process needs and another program uses, each as a sentence. */
export async function busyPorts(registry: Registry, situation: Situation): Promise<readonly string[]> {
  return (await busyPortsOf(registry, situation)).map(({ port, name, holder }) =>
    name === null
      ? `${programName(holder, 'Another')} listens on port ${port}, which its probes check.`
      : `${programName(holder, 'Another')} listens on its port ${port} (${name}); it gets another one at its next launch.`,
  );
}

function programName(holder: string | null, another: 'another' | 'Another'): string {
  return `${another} program${holder === null ? '' : `, ${holder},`}`;
}

async function busyPortsOf(
  registry: Registry,
  { spec, launch, state }: Pick<Situation, 'spec' | 'launch' | 'state'>,
): Promise<readonly BusyPort[]> {
  if (launch !== null || state === 'stopped' || state === 'stopping') return [];
  const needed = [...ownPorts(spec, registry.known(spec.id)), ...probedPorts(spec)];
  const all = [...new Map(needed.map((one) => [one.port, one])).values()];
  const busy = await Promise.all(
    all.map(async (one) => {
      if (await registry.isFree(one.port)) return [];
      return [{ ...one, holder: await registry.holder(one.port) }];
    }),
  );
  return busy.flat();
}

function ownPorts({ args, env, cwd, probes }: ServiceSpec, known: Ports): readonly NeededPort[] {
  const names = new Set([...portNamesIn([args, env, cwd]), ...portNamesOf(probes)]);
  return [...names].flatMap((name) => (known[name] === undefined ? [] : [{ port: known[name], name }]));
}

function probedPorts({ probes }: ServiceSpec): readonly NeededPort[] {
  return Object.values(probes).flatMap((probe) => {
    const check = probe?.check;
    if (check === undefined || !('port' in check) || 'portName' in check || !LOOPBACK.has(check.host)) return [];
    return [{ port: check.port, name: null }];
  });
}

/** What a look at the ports of a service needs; null: there is no such service. */
type SituationOf = (id: string) => Pick<Situation, 'spec' | 'launch' | 'state'> | null;

/** The ports that services could not have when they ended, for their reasons: a view must not wait for the network. */
export class BusyPortsAtEnds {
  readonly #registry: Registry;
  readonly #situationOf: SituationOf;
  readonly #clauses = new Map<string, readonly string[]>();

  constructor(registry: Registry, situationOf: SituationOf) {
    this.#registry = registry;
    this.#situationOf = situationOf;
  }

  /** Looks at the ports of services that have ended, and forgets those of services that were launched. */
  saw(events: readonly Pick<JournalEntry, 'type' | 'serviceId'>[]): void {
    for (const { type, serviceId } of events) {
      if (serviceId === null) continue;
      if (type === 'process.launched') this.#clauses.delete(serviceId);
      if (type === 'process.exited') void this.#look(serviceId);
    }
  }

  /** As clauses that continue a reason; empty if there are none. */
  of(id: string): readonly string[] {
    return this.#clauses.get(id) ?? [];
  }

  async #look(id: string): Promise<void> {
    const situation = this.#situationOf(id);
    const busy = situation === null ? [] : await busyPortsOf(this.#registry, situation);
    if (busy.length === 0 || this.#situationOf(id)?.launch !== null) this.#clauses.delete(id);
    else {
      const clauses = busy.map(({ port, holder }) => `${programName(holder, 'another')} listened on port ${port} then`);
      this.#clauses.set(id, clauses);
    }
  }
}
