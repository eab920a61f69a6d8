import { agentActorId } from '../../actors/agent/context.ts';
import { serviceActorId } from '../../actors/service/context.ts';
import { AgentConflictError } from '../../model/errors.ts';
import { agentRevision, digestOf } from '../../model/policy/revision.ts';
import type { AgentPlan } from '../../model/spec.ts';
import { assertMatches, type Precondition } from '../../model/values/precondition.ts';
import { agentRef, serviceRef } from '../actors.ts';
import type { AgentDefinition, CommandOrigin } from '../control.ts';
import type { Runtime } from '../runtime.ts';
import { assertSamePlan, type AgentCommands } from './agent-commands.ts';
import { assertServicesFree, ensure } from './ensure-actors.ts';
import { forgetWhenGone, unreferencedServices } from './forget-leftovers.ts';
import { alreadyAccepted } from './idempotency.ts';

/**
 * Defines a new agent, or redefines a stopped one, and starts it if asked to. Resolves with whether it is new. Throws
 * AgentConflictError if it is already started with another definition, PreconditionFailedError.
 */
export async function defineAgent(
  runtime: Runtime,
  commands: AgentCommands,
  definition: AgentDefinition,
  precondition: Precondition,
  origin: CommandOrigin,
): Promise<boolean> {
  const { commandLog, configuration, intentions, root } = runtime;
  commandLog.assertOpen();
  if (alreadyAccepted(origin) !== undefined) return false;
  const plan = await configuration.specs.planAgent(definition);
  return commandLog.run(commands.lockKeysOf(plan), async () => {
    const known = intentions.agent(plan.id);
    assertMatches(known === undefined ? null : agentRevision(known), precondition, `Agent "${plan.id}"`);
    const present = agentRef(root, plan.id)?.getSnapshot();
    const isDown = present === undefined || (present.matches('stopped') && present.context.intended === 'stopped');
    if (!isDown) assertSameDefinition(present.context.plan, plan);
    if (definition.isStarted) await commands.bringUp(plan, origin);
    else if (isDown && (known === undefined || digestOf(known.plan) !== digestOf(plan)))
      await makeKnown(runtime, plan, origin);
    return known === undefined;
  });
}

/** Stores the definition; nothing is started. */
async function makeKnown(runtime: Runtime, plan: AgentPlan, origin: CommandOrigin): Promise<void> {
  const { commandLog, root, intentions } = runtime;
  assertServicesFree(root, plan.services);
  const intention = { subject: agentActorId(plan.id), intended: 'stopped', plan } as const;
  const event = { type: 'agent.configured', agentId: plan.id, detail: { config_path: plan.configPath } };
  let unreferenced: ReturnType<typeof unreferencedServices> = [];
  await commandLog.accept(() => {
    unreferenced = unreferencedServices(intentions, plan.id, plan);
    return { put: [intention], drop: unreferenced.map(({ id }) => serviceActorId(id)), event };
  }, origin);
  ensure(root, plan.services, [plan]);
  agentRef(root, plan.id)?.send({ type: 'agent.configure', plan, correlationId: origin.correlationId });
  for (const spec of plan.services) {
    const service = serviceRef(root, spec.id);
    if (service?.getSnapshot().context.holders.length === 0) service.send({ type: 'service.configure', spec });
  }
  for (const { id } of unreferenced) void forgetWhenGone(runtime, id);
}

function assertSameDefinition(present: AgentPlan, asked: AgentPlan): void {
  assertSamePlan(present, asked);
  if (present.type === asked.type) return;
  throw new AgentConflictError(
    `Agent "${asked.id}" is already started as type "${present.type}", not "${asked.type}". Stop it first, then define it again.`,
  );
}
