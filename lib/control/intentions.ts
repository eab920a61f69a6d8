import { agentActorId } from '../actors/agent/context.ts';
import type { ResumedIntention } from '../actors/service/events.ts';
import type { ServiceEntry } from '../actors/supervisor/events.ts';
import {
  pinSubject,
  type AgentIntention,
  type Intention,
  type ServiceIntention,
  type VersionPin,
} from '../model/intention.ts';
import { isSame } from '../model/policy/revision.ts';
import type { AgentId, Holder, ServiceId } from '../model/values/ids.ts';

/**
 * The accepted intentions, in the order in which their subjects were first seen; the in-memory copy of what is stored.
 */
export class Intentions {
  readonly #bySubject = new Map<string, Intention>();
  readonly #watchers: (() => void)[] = [];
  #revision = 0;

  constructor(intentions: readonly Intention[]) {
    for (const intention of intentions) this.#bySubject.set(intention.subject, intention);
  }

  put(intention: Intention): void {
    this.#bySubject.set(intention.subject, intention);
    this.#changed();
  }

  drop(subject: string): void {
    if (this.#bySubject.delete(subject)) this.#changed();
  }

  /** Grows with each change. */
  get revision(): number {
    return this.#revision;
  }

  /** Calls back after each change. */
  watch(onChanged: () => void): void {
    this.#watchers.push(onChanged);
  }

  #changed(): void {
    this.#revision += 1;
    for (const onChanged of this.#watchers) onChanged();
  }

  all(): readonly Intention[] {
    return [...this.#bySubject.values()];
  }

  /** The intention for a subject. */
  of(subject: string): Intention | undefined {
    return this.#bySubject.get(subject);
  }

  /** Whether exactly this is intended. */
  include(intention: Intention): boolean {
    const known = this.#bySubject.get(intention.subject);
    return known !== undefined && isSame(known, intention);
  }

  agent(id: AgentId | string): AgentIntention | undefined {
    const intention = this.#bySubject.get(`agent:${id}`);
    return intention !== undefined && isAgentIntention(intention) ? intention : undefined;
  }

  service(id: ServiceId | string): ServiceIntention | undefined {
    const intention = this.#bySubject.get(`service:${id}`);
    return intention !== undefined && isServiceIntention(intention) ? intention : undefined;
  }

  /** The version that a person has chosen for a service; null: its spec decides. */
  pin(id: ServiceId | string): VersionPin | null {
    const intention = this.#bySubject.get(pinSubject(id));
    return intention !== undefined && 'pin' in intention ? intention.pin : null;
  }

  /** The services that have a pin. */
  pinned(): readonly string[] {
    return [...this.#bySubject.values()].flatMap((one) =>
      'pin' in one ? [one.subject.slice(pinSubject('').length)] : [],
    );
  }

  agents(): readonly AgentIntention[] {
    return [...this.#bySubject.values()].filter(isAgentIntention);
  }

  /** The agents that have this service, stopped ones too. */
  agentsWith(id: ServiceId | string): readonly AgentIntention[] {
    return this.agents().filter(({ plan }) => plan.services.some((spec) => spec.id === id));
  }

  services(): readonly ServiceIntention[] {
    return [...this.#bySubject.values()].filter(isServiceIntention);
  }

  /** Every service that the intentions reference, with its holders. */
  entries(): ReadonlyMap<ServiceId, ServiceEntry> {
    const entries = new Map<ServiceId, ServiceEntry>();
    for (const { plan, intended } of this.agents()) {
      for (const spec of plan.services) {
        const entry = entries.get(spec.id);
        const holders = [...(entry?.holders ?? []), ...(intended === 'running' ? [agentActorId(plan.id)] : [])];
        entries.set(spec.id, {
          spec: entry?.spec ?? spec,
          holders,
          intended: holders.length > 0 ? 'running' : 'stopped',
        });
      }
    }
    for (const { spec, holder, intended } of this.services()) {
      const others = entries.get(spec.id)?.holders ?? [];
      const holders = holder === null ? others : [...others, holder];
      entries.set(spec.id, { spec, holders, intended: holders.length > 0 ? intended : 'stopped' });
    }
    return entries;
  }

  /**
   * Who holds a service after a host restart, and whether it is intended to run: the holders in the intentions, and
   * stopping agents that have not released it yet (they release it in their order). An orphan that nobody else holds is
   * held as long as it is alive.
   */
  resumed(entry: ServiceEntry | undefined, id: ServiceId, kept: readonly Holder[], isAlive: boolean): ResumedIntention {
    const wanted = entry?.holders ?? [];
    const leaving = kept.filter((holder) => !wanted.includes(holder) && this.#bySubject.has(holder));
    const others = [...wanted, ...leaving];
    const isOrphan = others.length === 0 && entry === undefined && isAlive && kept.includes('orphan');
    const holders = isOrphan ? (['orphan'] as const) : others;
    const { intended = 'running', atLeast = 0 } = this.service(id) ?? {};
    const pin = this.pin(id);
    return { spec: entry?.spec ?? null, holders, pin, intended: holders.length > 0 ? intended : 'stopped', atLeast };
  }
}

function isAgentIntention(intention: Intention): intention is AgentIntention {
  return 'plan' in intention;
}

function isServiceIntention(intention: Intention): intention is ServiceIntention {
  return 'spec' in intention;
}
