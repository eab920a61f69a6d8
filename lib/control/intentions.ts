import { agentActorId } from '../actors/agent/context.ts';
import type { ResumedIntention } from '../actors/service/events.ts';
import type { ServiceSeat } from '../actors/supervisor/events.ts';
import type { AgentWish, ServiceWish, Wish } from '../model/intention.ts';
import type { AgentId, Holder, ServiceId } from '../model/values/ids.ts';

/** The accepted wishes in the order in which their subjects first came; the memory of what the store keeps. */
export class Wishes {
  readonly #bySubject = new Map<string, Wish>();

  constructor(wishes: readonly Wish[]) {
    for (const wish of wishes) this.#bySubject.set(wish.subject, wish);
  }

  put(wish: Wish): void {
    this.#bySubject.set(wish.subject, wish);
  }

  drop(subject: string): void {
    this.#bySubject.delete(subject);
  }

  agent(id: AgentId | string): AgentWish | undefined {
    const wish = this.#bySubject.get(`agent:${id}`);
    return wish !== undefined && isAgentWish(wish) ? wish : undefined;
  }

  service(id: ServiceId | string): ServiceWish | undefined {
    const wish = this.#bySubject.get(`service:${id}`);
    return wish === undefined || isAgentWish(wish) ? undefined : wish;
  }

  agents(): readonly AgentWish[] {
    return [...this.#bySubject.values()].filter(isAgentWish);
  }

  services(): readonly ServiceWish[] {
    return [...this.#bySubject.values()].filter((wish): wish is ServiceWish => !isAgentWish(wish));
  }

  /** Every service that the wishes speak of, with who wants it to run. */
  seats(): ReadonlyMap<ServiceId, ServiceSeat> {
    const seats = new Map<ServiceId, ServiceSeat>();
    for (const { plan, intended } of this.agents()) {
      for (const spec of plan.services) {
        const seat = seats.get(spec.id);
        const holders = [...(seat?.holders ?? []), ...(intended === 'running' ? [agentActorId(plan.id)] : [])];
        seats.set(spec.id, { spec: seat?.spec ?? spec, holders, intended: holders.length > 0 ? 'running' : 'stopped' });
      }
    }
    for (const { spec, holder, intended } of this.services()) {
      const others = seats.get(spec.id)?.holders ?? [];
      const holders = holder === null ? others : [...others, holder];
      seats.set(spec.id, { spec, holders, intended: holders.length > 0 ? intended : 'stopped' });
    }
    return seats;
  }

  /**
   * Who holds a service after a restart of the host, and whether it is to run: those that the wishes name, and agents on their way
   * down that have not let go of it yet (they release it in their order).
   */
  resumed(seat: ServiceSeat | undefined, id: ServiceId, kept: readonly Holder[]): ResumedIntention {
    const wished = seat?.holders ?? [];
    const leaving = kept.filter((holder) => !wished.includes(holder) && this.#bySubject.has(holder));
    const holders = [...wished, ...leaving];
    const { intended = 'running', atLeast = 0 } = this.service(id) ?? {};
    return { spec: seat?.spec ?? null, holders, intended: holders.length > 0 ? intended : 'stopped', atLeast };
  }
}

function isAgentWish(wish: Wish): wish is AgentWish {
  return 'plan' in wish;
}
