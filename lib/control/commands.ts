import { agentActorId } from '../actors/agent/record.ts';
import { serviceActorId } from '../actors/service/record.ts';
import { AgentConflictError, HostClosingError, ServiceConflictError, ServiceNotFoundError } from '../model/errors.ts';
import type { AgentId, Holder, ServiceId } from '../model/ids.ts';
import type { JournalDraft } from '../model/journal.ts';
import { revisionOf } from '../model/revision.ts';
import type { AgentPlan, ServiceSpec } from '../model/spec.ts';
import type { ServiceWish, Wish } from '../model/wish.ts';
import type { ActorStore } from '../ports/actor-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReachCrashPoint } from '../ports/crash-points.ts';
import type { AgentRequest, SpecSource } from '../ports/spec-source.ts';
import { agentRef, serviceRef, splitState, type SupervisorRef } from './actors.ts';
import type { Changes } from './changes.ts';
import type { CommandOrigin } from './control.ts';
import { Lanes } from './lanes.ts';
import type { Sequence } from './sequence.ts';
import type { Wishes } from './wishes.ts';

export interface CommandDeps {
  readonly root: SupervisorRef;
  readonly specs: SpecSource;
  readonly store: ActorStore;
  readonly wishes: Wishes;
  readonly sequence: Sequence;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly crashPoint?: ReachCrashPoint | undefined;
}

/** Carries commands out: the wish is made durable first, then the actor is told, then the caller is answered. */
export class Commands {
  readonly #deps: CommandDeps;
  readonly #lanes = new Lanes();
  #isClosing = false;

  constructor(deps: CommandDeps) {
    this.#deps = deps;
  }

  /** From now on every command is refused with HostClosingError. */
  close(): void {
    this.#isClosing = true;
  }

  async startAgent(request: AgentRequest, origin: CommandOrigin): Promise<AgentId> {
    this.#assertOpen();
    const plan = await this.#deps.specs.planAgent(request);
    return this.#lanes.run(plan.id, async () => {
      this.#assertOpen();
      const snapshot = agentRef(this.#deps.root, plan.id)?.getSnapshot();
      const state = snapshot === undefined ? 'stopped' : splitState(snapshot.value).state;
      if (snapshot !== undefined && state !== 'stopped') assertSamePlan(snapshot.context.plan, plan);
      if (snapshot?.context.intended === 'running' && (state === 'running' || state === 'starting')) return plan.id;
      this.#assertServicesFree(plan);
      await this.#makeDurable(
        { subject: agentActorId(plan.id), intended: 'running', plan },
        { type: 'agent.start_requested', agentId: plan.id, detail: { config_path: plan.configPath } },
        origin,
        plan.services.filter((spec) => this.#isOverridden(spec.id)).map((spec) => serviceActorId(spec.id)),
      );
      this.#ensure(plan.services, [plan]);
      const { correlationId } = origin;
      agentRef(this.#deps.root, plan.id)?.send({ type: 'agent.start', plan, correlationId });
      return plan.id;
    });
  }

  async stopAgent(id: string, origin: CommandOrigin): Promise<void> {
    this.#assertOpen();
    const { root, changes } = this.#deps;
    const isStopped = await this.#lanes.run(id, async () => {
      this.#assertOpen();
      const snapshot = agentRef(root, id)?.getSnapshot();
      if (snapshot === undefined) return true;
      const { plan, intended } = snapshot.context;
      if (intended === 'stopped' && splitState(snapshot.value).state === 'stopped') return true;
      const subject = agentActorId(plan.id);
      await this.#makeDurable(
        { subject, intended: 'stopped', plan },
        { type: 'agent.stop_requested', agentId: plan.id, detail: {} },
        origin,
      );
      agentRef(root, id)?.send({ type: 'agent.stop', correlationId: origin.correlationId });
      return false;
    });
    if (isStopped) return;
    await changes.until(`agent:${id}`, () => {
      const now = agentRef(root, id)?.getSnapshot();
      // A later start wins over this stop; its caller must not wait for ever.
      return now === undefined || now.context.intended === 'running' || splitState(now.value).state === 'stopped';
    });
  }

  /** Makes `holder` hold the service; it comes up if it is not. */
  async holdService(spec: ServiceSpec, holder: 'io' | 'host', origin: CommandOrigin): Promise<void> {
    this.#assertOpen();
    await this.#lanes.run(spec.id, async () => {
      this.#assertOpen();
      this.#assertServicesFree({ services: [spec] });
      await this.#makeDurable(
        { subject: serviceActorId(spec.id), intended: 'running', holder, spec },
        { type: 'service.start_requested', serviceId: spec.id, detail: { holder } },
        origin,
      );
      this.#ensure([spec], []);
      const service = serviceRef(this.#deps.root, spec.id);
      service?.send({ type: 'service.claim', holder, spec, correlationId: origin.correlationId });
      service?.send({ type: 'service.start', correlationId: origin.correlationId });
    });
  }

  /** Gives a held service a new spec: policies hold at once, the rest from its next launch on. */
  async configureService(known: ServiceWish, spec: ServiceSpec, origin: CommandOrigin): Promise<void> {
    this.#assertOpen();
    await this.#lanes.run(spec.id, async () => {
      await this.#makeDurable(
        { ...known, spec },
        { type: 'service.configured', serviceId: spec.id, detail: { revision: revisionOf(spec) } },
        origin,
      );
      serviceRef(this.#deps.root, spec.id)?.send({ type: 'service.configure', spec });
    });
  }

  /** Lets `holder` go of the service and forgets it when nobody else holds it. Resolves when that is done. */
  async releaseService(id: ServiceId, holder: 'io' | 'host', origin: CommandOrigin): Promise<void> {
    this.#assertOpen();
    const { root, changes } = this.#deps;
    await this.#lanes.run(id, async () => {
      const spec = serviceRef(root, id)?.getSnapshot().context.spec;
      if (spec === undefined) throw new ServiceNotFoundError(id);
      await this.#makeDurable(null, { type: 'service.stop_requested', serviceId: id, detail: { holder } }, origin, [
        serviceActorId(id),
      ]);
      serviceRef(root, id)?.send({ type: 'service.release', holder, correlationId: origin.correlationId });
      const holders = (): readonly Holder[] => serviceRef(root, id)?.getSnapshot().context.holders ?? [];
      await changes.until(serviceActorId(id), () => {
        const now = serviceRef(root, id)?.getSnapshot();
        return now === undefined || holders().length > 0 || splitState(now.value).state === 'stopped';
      });
      if (holders().length === 0) root.send({ type: 'supervisor.remove', actorId: serviceActorId(id) });
    });
  }

  #ensure(services: readonly ServiceSpec[], agents: readonly AgentPlan[]): void {
    const seats = services.map((spec) => ({ spec, holders: [], intended: 'stopped' as const }));
    this.#deps.root.send({ type: 'supervisor.ensure', services: seats, agents });
  }

  #isOverridden(id: ServiceId): boolean {
    return this.#deps.wishes.service(id)?.holder === null;
  }

  async #makeDurable(
    wish: Wish | null,
    fact: Pick<JournalDraft, 'type' | 'detail'> & Partial<Pick<JournalDraft, 'agentId' | 'serviceId'>>,
    { correlationId }: CommandOrigin,
    drop: readonly string[] = [],
  ): Promise<void> {
    const { store, wishes, sequence, clock } = this.#deps;
    const blank = { agentId: null, serviceId: null, from: null, to: null };
    const entry = sequence.next({ ...blank, at: clock.now(), cause: 'command', correlationId, ...fact });
    await store.commitWishes({ put: wish === null ? [] : [wish], drop, journal: [entry] });
    this.#deps.crashPoint?.('after-wish');
    for (const subject of drop) wishes.drop(subject);
    if (wish !== null) wishes.put(wish);
  }

  #assertOpen(): void {
    if (this.#isClosing) throw new HostClosingError();
  }

  #assertServicesFree({ services }: Pick<AgentPlan, 'services'>): void {
    for (const spec of services) {
      const present = serviceRef(this.#deps.root, spec.id)?.getSnapshot().context.spec;
      if (present === undefined) continue;
      const isShared = spec.agentId === null;
      if (present.kind === spec.kind && (isShared || present.agentId === spec.agentId)) continue;
      const owner = present.agentId === null ? 'no agent' : `agent "${present.agentId}"`;
      throw new ServiceConflictError(
        `The service id "${spec.id}" is taken by a service of kind "${present.kind}" that belongs to ${owner}; choose another id.`,
      );
    }
  }
}

function assertSamePlan(present: AgentPlan, asked: AgentPlan): void {
  if (present.configPath !== asked.configPath) {
    throw new AgentConflictError(
      `Agent "${asked.id}" runs with "${present.configPath}", not with "${asked.configPath}"; stop it first or give another agent_id.`,
    );
  }
  const had = present.services.map((spec) => spec.id).join(', ');
  const wants = asked.services.map((spec) => spec.id).join(', ');
  if (had !== wants) {
    throw new AgentConflictError(
      `Agent "${asked.id}" runs with the services ${had}, not with ${wants}; stop it first.`,
    );
  }
}
