import { agentActorId } from '../../actors/agent/context.ts';
import { serviceActorId } from '../../actors/service/context.ts';
import { ActorSetAsideError, AgentNotFoundError } from '../../model/errors.ts';
import type { AgentIntention } from '../../model/intention.ts';
import { agentRevision } from '../../model/policy/revision.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import { assertMatches, type Precondition } from '../../model/values/precondition.ts';
import { serviceRef } from '../actors.ts';
import type { CommandOrigin } from '../control.ts';
import type { Runtime } from '../runtime.ts';
import type { AgentCommands } from './agent-commands.ts';
import { removeService, unreferencedServices } from './forget-leftovers.ts';
import { alreadyAccepted } from './idempotency.ts';

/**
 * Deletes agents. First the intention says that the agent is to be stopped and deleted. From then on every host works
 * on that until nothing is left: first its processes go, then its actors, and the intention last. So if the host dies
 * at any moment, the agent is either unchanged or its deletion is completed by the next host.
 */
export class AgentRemoval {
  readonly #runtime: Runtime;
  readonly #commands: AgentCommands;

  constructor(runtime: Runtime, commands: AgentCommands) {
    this.#runtime = runtime;
    this.#commands = commands;
  }

  /**
   * Resolves when nothing of the agent is left. Throws AgentNotFoundError, PreconditionFailedError, ActorSetAsideError.
   */
  async delete(id: string, precondition: Precondition, origin: CommandOrigin): Promise<void> {
    const { commandLog, intentions } = this.#runtime;
    const plan = intentions.agent(id)?.plan;
    const lockKeys = plan === undefined ? [id] : lockKeysOf(plan);
    await commandLog.run(lockKeys, async () => {
      const known = intentions.agent(id);
      if (alreadyAccepted(origin) !== undefined && known?.isDeleted !== true) return;
      if (known === undefined) throw new AgentNotFoundError(id);
      if (known.isDeleted !== true) assertMatches(agentRevision(known), precondition, `Agent "${id}"`);
      const intention = { ...known, intended: 'stopped', isDeleted: true } as const;
      const event = { type: 'agent.delete_requested', agentId: known.plan.id, detail: {} };
      await commandLog.accept({ put: [intention], event }, origin);
      this.#commands.sendStop(id, origin.correlationId);
      await this.#complete(intention, origin);
    });
  }

  /** Completes deletions that an earlier host started or that failed because the store was unavailable. */
  completeAll(origin: CommandOrigin): void {
    const { commandLog, intentions, ports } = this.#runtime;
    for (const { plan, isDeleted } of intentions.agents()) {
      if (isDeleted !== true) continue;
      const completion = commandLog.run(lockKeysOf(plan), async () => {
        const known = intentions.agent(plan.id);
        if (known?.isDeleted === true) await this.#complete(known, origin);
      });
      completion.catch((error: unknown) => {
        ports.log.warn({ err: error, agent: plan.id }, 'cannot delete an agent yet; will retry');
      });
    }
  }

  async #complete({ plan }: AgentIntention, origin: CommandOrigin): Promise<void> {
    const { root, changes, commandLog, recorder } = this.#runtime;
    await this.#commands.stopped(plan.id);
    const own = this.#leftOf(plan);
    // Another agent may have claimed a shared service in the meantime: it no longer belongs to this agent.
    const left = (): readonly ServiceSpec[] => {
      const now = this.#leftOf(plan);
      return own.filter(({ id }) => now.some((spec) => spec.id === id));
    };
    for (const { id } of own) {
      await changes.until(serviceActorId(id), () => !left().some((spec) => spec.id === id) || this.#isDown(id));
    }
    for (const { id } of left()) removeService(this.#runtime, id);
    root.send({ type: 'supervisor.remove', actorId: agentActorId(plan.id) });
    // A stored actor without an intention would be taken for one whose intention was lost, and would continue.
    await recorder.flush();
    await commandLog.conclude(() => {
      const drop = [agentActorId(plan.id), ...left().map(({ id }) => serviceActorId(id))];
      const detail = { services: left().map(({ id }) => id) };
      return { drop, event: { type: 'agent.deleted', agentId: plan.id, detail } };
    }, origin);
  }

  /** The services to remove together with the agent. One that another agent holds is removed with that agent. */
  #leftOf({ id: agentId }: AgentPlan): readonly ServiceSpec[] {
    const { root, intentions } = this.#runtime;
    return unreferencedServices(intentions, agentId, null).filter(({ id }) => {
      const holders = serviceRef(root, id)?.getSnapshot().context.holders ?? [];
      return holders.every((holder) => holder === agentActorId(agentId));
    });
  }

  #isDown(id: ServiceSpec['id']): boolean {
    const now = serviceRef(this.#runtime.root, id)?.getSnapshot();
    if (now?.matches('failed') === true) throw new ActorSetAsideError(serviceActorId(id));
    return now === undefined || now.matches('stopped');
  }
}

function lockKeysOf(plan: AgentPlan): readonly string[] {
  return [plan.id, ...plan.services.filter((spec) => spec.agentId === plan.id).map((spec) => spec.id)];
}
