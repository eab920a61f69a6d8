import { agentActorId } from '../actors/agent/record.ts';
import { ActorSetAsideError, AgentConflictError } from '../model/errors.ts';
import type { AgentId } from '../model/ids.ts';
import type { AgentPlan } from '../model/spec.ts';
import type { ServiceWish } from '../model/wish.ts';
import type { AgentRequest } from '../ports/spec-source.ts';
import { agentRef, serviceRef, splitState, type AgentSnapshot } from './actors.ts';
import type { CommandDeps } from './command-deps.ts';
import type { CommandOrigin } from './control.ts';
import { assertServicesFree, ensure } from './seats.ts';

/** Commands about agents: the wish is made durable first, then the actor is told, then the caller is answered. */
export class AgentCommands {
  readonly #deps: CommandDeps;

  constructor(deps: CommandDeps) {
    this.#deps = deps;
  }

  async start(request: AgentRequest, origin: CommandOrigin): Promise<AgentId> {
    const { configuration, intake, root, wishes } = this.#deps;
    intake.assertOpen();
    const plan = await configuration.specs.planAgent(request);
    const lanes = [plan.id, ...this.#lifts(plan).put.map(({ spec }) => spec.id)];
    return intake.run(lanes, async () => {
      const snapshot = agentRef(root, plan.id)?.getSnapshot();
      const state = snapshot === undefined ? 'stopped' : splitState(snapshot.value).state;
      if (snapshot !== undefined && state !== 'stopped') assertSamePlan(snapshot.context.plan, plan);
      const heldBack = plan.services.filter(({ id }) => wishes.service(id)?.intended === 'stopped');
      const isUp = snapshot?.context.intended === 'running' && (state === 'running' || state === 'starting');
      if (isUp && heldBack.length === 0) return plan.id;
      assertServicesFree(root, plan.services);
      const wish = { subject: agentActorId(plan.id), intended: 'running', plan } as const;
      const fact = { type: 'agent.start_requested', agentId: plan.id, detail: { config_path: plan.configPath } };
      let lifts = this.#lifts(plan);
      do {
        await intake.accept({ put: [wish, ...lifts.put], drop: lifts.drop, fact }, origin);
        lifts = this.#lifts(plan); // a stop by hand may have been accepted meanwhile: this start comes after it
      } while (lifts.drop.length + lifts.put.length > 0);
      ensure(root, plan.services, [plan]);
      const { correlationId } = origin;
      agentRef(root, plan.id)?.send({ type: 'agent.start', plan, correlationId });
      for (const { id } of heldBack) serviceRef(root, id)?.send({ type: 'service.start', correlationId });
      return plan.id;
    });
  }

  /** What a person did to single services ends with the next start of the whole. */
  #lifts({ services }: AgentPlan): { readonly put: readonly ServiceWish[]; readonly drop: readonly string[] } {
    const stops = services
      .flatMap(({ id }) => this.#deps.wishes.service(id) ?? [])
      .filter((wish) => wish.holder === null || wish.intended === 'stopped');
    return {
      put: stops.filter(({ holder }) => holder !== null).map((wish) => ({ ...wish, intended: 'running' })),
      drop: stops.filter(({ holder }) => holder === null).map(({ subject }) => subject),
    };
  }

  async stop(id: string, origin: CommandOrigin): Promise<void> {
    const { root, changes, intake } = this.#deps;
    const isStopped = await intake.run([id], async () => {
      const snapshot = agentRef(root, id)?.getSnapshot();
      if (snapshot === undefined) return true;
      const { plan, intended } = snapshot.context;
      if (intended === 'stopped' && splitState(snapshot.value).state === 'stopped') return true;
      const wish = { subject: agentActorId(plan.id), intended: 'stopped', plan } as const;
      await intake.accept(
        { put: [wish], fact: { type: 'agent.stop_requested', agentId: plan.id, detail: {} } },
        origin,
      );
      this.#tellStop(id, origin.correlationId);
      return false;
    });
    if (isStopped) return;
    await changes.until(`agent:${id}`, () => this.#isStopped(id));
  }

  /** Tells the actor to stop, again if it broke on that: it is set aside before it has been told for ever. */
  #tellStop(id: string, correlationId: string): void {
    const actor = (): AgentSnapshot | undefined => agentRef(this.#deps.root, id)?.getSnapshot();
    do agentRef(this.#deps.root, id)?.send({ type: 'agent.stop', correlationId });
    while (actor()?.context.intended === 'running' && actor()?.matches('failed') === false);
  }

  /** Throws ActorSetAsideError: it will not get there. */
  #isStopped(id: string): boolean {
    const { root, wishes } = this.#deps;
    const now = agentRef(root, id)?.getSnapshot();
    // A later start wins over this stop; its caller must not wait for ever.
    if (now === undefined || wishes.agent(id)?.intended !== 'stopped') return true;
    if (now.matches('failed')) throw new ActorSetAsideError(`agent:${id}`);
    return now.matches('stopped');
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
      `Agent "${asked.id}" runs with the services ${had}, not with ${wants}; stop it first, or reload the configuration.`,
    );
  }
}
