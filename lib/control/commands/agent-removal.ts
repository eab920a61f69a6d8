import { agentActorId } from '../../actors/agent/context.ts';
import { serviceActorId } from '../../actors/service/context.ts';
import { ActorSetAsideError, AgentNotFoundError } from '../../model/errors.ts';
import type { AgentWish } from '../../model/intention.ts';
import { agentRevision } from '../../model/policy/revision.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import { assertMatches, type Precondition } from '../../model/values/precondition.ts';
import { serviceRef } from '../actors.ts';
import type { CommandOrigin } from '../control.ts';
import type { Runtime } from '../runtime.ts';
import type { AgentCommands } from './agent-commands.ts';
import { orphansOf } from './forget-leftovers.ts';
import { alreadyAccepted } from './idempotency.ts';

/**
 * Deletes agents. First the wish says that the agent is to be stopped and forgotten; from then on every host works on that until
 * nothing is left: its processes, then its actors, and the wish as the last. So the death of a host at any moment leaves an agent
 * that is as before, or one whose deletion the next host completes.
 */
export class AgentRemoval {
  readonly #runtime: Runtime;
  readonly #commands: AgentCommands;

  constructor(runtime: Runtime, commands: AgentCommands) {
    this.#runtime = runtime;
    this.#commands = commands;
  }

  /** Resolves when nothing of the agent is left. Throws AgentNotFoundError, PreconditionFailedError, ActorSetAsideError. */
  async delete(id: string, precondition: Precondition, origin: CommandOrigin): Promise<void> {
    const { intake, wishes } = this.#runtime;
    const plan = wishes.agent(id)?.plan;
    const lanes = plan === undefined ? [id] : lanesOf(plan);
    await intake.run(lanes, async () => {
      const known = wishes.agent(id);
      if (alreadyAccepted(origin) !== undefined && known?.isDeleted !== true) return;
      if (known === undefined) throw new AgentNotFoundError(id);
      if (known.isDeleted !== true) assertMatches(agentRevision(known), precondition, `The agent "${id}"`);
      const wish = { ...known, intended: 'stopped', isDeleted: true } as const;
      const fact = { type: 'agent.delete_requested', agentId: known.plan.id, detail: {} };
      await intake.accept({ put: [wish], fact }, origin);
      this.#commands.tellStop(id, origin.correlationId);
      await this.#complete(wish, origin);
    });
  }

  /** Goes on with what an earlier host, or a store that was away, left undone. */
  completeAll(origin: CommandOrigin): void {
    const { intake, wishes, ports } = this.#runtime;
    for (const { plan, isDeleted } of wishes.agents()) {
      if (isDeleted !== true) continue;
      const completion = intake.run(lanesOf(plan), async () => {
        const known = wishes.agent(plan.id);
        if (known?.isDeleted === true) await this.#complete(known, origin);
      });
      completion.catch((error: unknown) => {
        ports.log.warn({ err: error, agent: plan.id }, 'an agent could not be deleted yet; it is tried again later');
      });
    }
  }

  async #complete({ plan }: AgentWish, origin: CommandOrigin): Promise<void> {
    const { root, wishes, changes, intake, recorder } = this.#runtime;
    await this.#commands.stopped(plan.id);
    const own = orphansOf(wishes, plan.id, null);
    for (const { id } of own) await changes.until(serviceActorId(id), () => this.#isDown(id));
    for (const { id } of own) root.send({ type: 'supervisor.remove', actorId: serviceActorId(id) });
    root.send({ type: 'supervisor.remove', actorId: agentActorId(plan.id) });
    // An actor that is kept without a wish would be taken for one whose wish was lost, and go on.
    await recorder.flush();
    const drop = [agentActorId(plan.id), ...own.map(({ id }) => serviceActorId(id))];
    const detail = { services: own.map(({ id }) => id) };
    await intake.conclude({ drop, fact: { type: 'agent.deleted', agentId: plan.id, detail } }, origin);
  }

  #isDown(id: ServiceSpec['id']): boolean {
    const now = serviceRef(this.#runtime.root, id)?.getSnapshot();
    if (now?.matches('failed') === true) throw new ActorSetAsideError(serviceActorId(id));
    return now === undefined || now.matches('stopped');
  }
}

function lanesOf(plan: AgentPlan): readonly string[] {
  return [plan.id, ...plan.services.filter((spec) => spec.agentId === plan.id).map((spec) => spec.id)];
}
