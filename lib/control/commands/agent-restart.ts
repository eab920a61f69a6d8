import { agentActorId } from '../../actors/agent/context.ts';
import { AgentNotFoundError } from '../../model/errors.ts';
import type { ServiceIntention } from '../../model/intention.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import { agentRef, serviceRef } from '../actors.ts';
import type { CommandOrigin } from '../control.ts';
import type { Runtime } from '../runtime.ts';
import type { AgentCommands } from './agent-commands.ts';
import { ensure } from './ensure-actors.ts';
import { alreadyAccepted } from './idempotency.ts';
import { restartIntention } from './service-commands.ts';
import { heldIntention, holdShared, isShared } from './shared-services.ts';

/**
 * Stops the processes of all services that only this agent holds and launches them again. One transaction records that
 * each process is to be replaced by a newer generation, so that the restart survives the host. A service with other
 * holders is left alone; a stopped one starts. Throws AgentNotFoundError.
 */
export async function restartAgent(
  runtime: Runtime,
  commands: AgentCommands,
  id: string,
  origin: CommandOrigin,
): Promise<void> {
  const { commandLog, root, intentions } = runtime;
  const plan = intentions.agent(id)?.plan;
  if (plan === undefined) throw new AgentNotFoundError(id);
  await commandLog.run([id, ...plan.services.map((spec) => spec.id)], async () => {
    const intention = intentions.agent(id);
    if (intention === undefined) throw new AgentNotFoundError(id);
    if (alreadyAccepted(origin) !== undefined) return;
    ensure(root, intention.plan.services, [intention.plan]);
    const alone = heldAlone(runtime, intention.plan);
    const restarts = alone.flatMap((spec) => intentionFor(runtime, spec));
    const services = commands.serviceIntentions(intention.plan);
    const subjects = new Set<string>(restarts.map(({ subject }) => subject));
    const put = [...services.put, ...restarts].filter((one) => !subjects.has(one.subject) || restarts.includes(one));
    const drop = services.drop.filter((subject) => !subjects.has(subject));
    const event = { type: 'agent.restart_requested', agentId: intention.plan.id, detail: {} };
    const running = { subject: agentActorId(intention.plan.id), intended: 'running', plan: intention.plan } as const;
    await commandLog.accept({ put: [running, ...put], drop, event }, origin);
    sendRestarts(runtime, intention.plan, alone, origin);
  });
}

/** Restarts running services first, dependents before their dependencies; then the agent holds those that are down. */
function sendRestarts(runtime: Runtime, plan: AgentPlan, alone: readonly ServiceSpec[], origin: CommandOrigin): void {
  const { root } = runtime;
  const { correlationId } = origin;
  for (const { id } of [...alone].reverse()) {
    const service = serviceRef(root, id);
    if (service === undefined || !service.getSnapshot().context.holders.includes(agentActorId(plan.id))) continue;
    service.send({ type: 'service.restart', correlationId });
  }
  agentRef(root, plan.id)?.send({ type: 'agent.start', plan, correlationId });
  holdShared(runtime, plan, correlationId);
  for (const { id } of plan.services.filter((spec) => !alone.includes(spec))) {
    const service = serviceRef(root, id);
    if (service?.getSnapshot().context.intended === 'stopped') service.send({ type: 'service.start', correlationId });
  }
}

function heldAlone({ root, intentions }: Runtime, plan: AgentPlan): readonly ServiceSpec[] {
  const self = agentActorId(plan.id);
  return plan.services.filter(({ id }) => {
    const holders = serviceRef(root, id)?.getSnapshot().context.holders ?? [];
    return holders.every((holder) => holder === self) && (intentions.service(id)?.holder ?? null) === null;
  });
}

function intentionFor(runtime: Runtime, spec: ServiceSpec): readonly ServiceIntention[] {
  const { root, intentions } = runtime;
  const service = serviceRef(root, spec.id);
  if (service === undefined) return [];
  return [
    restartIntention(service, isShared(spec) ? heldIntention(runtime, spec) : (intentions.service(spec.id) ?? null)),
  ];
}
