import { agentActorId } from '../../actors/agent/context.ts';
import { AgentNotFoundError } from '../../model/errors.ts';
import type { ServiceWish } from '../../model/intention.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import { agentRef, serviceRef } from '../actors.ts';
import type { CommandOrigin } from '../control.ts';
import type { Runtime } from '../runtime.ts';
import type { AgentCommands } from './agent-commands.ts';
import { ensure } from './ensure-actors.ts';
import { alreadyAccepted } from './idempotency.ts';
import { restartWish } from './service-commands.ts';

/**
 * Ends the processes of all services that the agent alone holds and launches them anew, in one transaction: that a process gives way
 * to a newer generation is wished for, so that no death of the host forgets it. A service that others hold too is left alone; one
 * that is down starts. Throws AgentNotFoundError.
 */
export async function restartAgent(
  runtime: Runtime,
  commands: AgentCommands,
  id: string,
  origin: CommandOrigin,
): Promise<void> {
  const { intake, root, wishes } = runtime;
  const plan = wishes.agent(id)?.plan;
  if (plan === undefined) throw new AgentNotFoundError(id);
  await intake.run([id, ...plan.services.map((spec) => spec.id)], async () => {
    const wish = wishes.agent(id);
    if (wish === undefined) throw new AgentNotFoundError(id);
    if (alreadyAccepted(origin) !== undefined) return;
    ensure(root, wish.plan.services, [wish.plan]);
    const alone = heldAlone(runtime, wish.plan);
    const restarts = alone.flatMap((spec) => wishFor(runtime, spec));
    const lifts = commands.lifts(wish.plan);
    const subjects = new Set<string>(restarts.map(({ subject }) => subject));
    const put = [...lifts.put, ...restarts].filter((one) => !subjects.has(one.subject) || restarts.includes(one));
    const drop = lifts.drop.filter((subject) => !subjects.has(subject));
    const fact = { type: 'agent.restart_requested', agentId: wish.plan.id, detail: {} };
    const running = { subject: agentActorId(wish.plan.id), intended: 'running', plan: wish.plan } as const;
    await intake.accept({ put: [running, ...put], drop, fact }, origin);
    tell(runtime, wish.plan, alone, origin);
  });
}

/** Those that run are told first, dependents before what they depend on; then the agent claims what is down. */
function tell({ root }: Runtime, plan: AgentPlan, alone: readonly ServiceSpec[], origin: CommandOrigin): void {
  const { correlationId } = origin;
  for (const { id } of [...alone].reverse()) {
    const service = serviceRef(root, id);
    if (service === undefined || !service.getSnapshot().context.holders.includes(agentActorId(plan.id))) continue;
    service.send({ type: 'service.restart', correlationId });
  }
  agentRef(root, plan.id)?.send({ type: 'agent.start', plan, correlationId });
  for (const { id } of plan.services.filter((spec) => !alone.includes(spec))) {
    const service = serviceRef(root, id);
    if (service?.getSnapshot().context.intended === 'stopped') service.send({ type: 'service.start', correlationId });
  }
}

function heldAlone({ root, wishes }: Runtime, plan: AgentPlan): readonly ServiceSpec[] {
  const self = agentActorId(plan.id);
  return plan.services.filter(({ id }) => {
    const holders = serviceRef(root, id)?.getSnapshot().context.holders ?? [];
    return holders.every((holder) => holder === self) && (wishes.service(id)?.holder ?? null) === null;
  });
}

function wishFor({ root, wishes }: Runtime, { id }: ServiceSpec): readonly ServiceWish[] {
  const service = serviceRef(root, id);
  return service === undefined ? [] : [restartWish(service, wishes.service(id) ?? null)];
}
