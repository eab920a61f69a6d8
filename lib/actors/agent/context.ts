import type { Reason } from '../../model/explain/reason.ts';
import type { Intended } from '../../model/intention.ts';
import type { ServiceReports } from '../../model/policy/agent-state.ts';
import type { AgentPlan } from '../../model/spec.ts';
import type { AgentId } from '../../model/values/ids.ts';
import type { Instant } from '../../model/values/time.ts';

/** The context of an agent actor: plain JSON, kept as it is. */
export interface AgentContext {
  readonly plan: AgentPlan;
  readonly intended: Intended;
  /** The last word of each of its services. */
  readonly reports: ServiceReports;
  /** When the public state was entered. */
  readonly since: Instant;
  readonly reason: Reason | null;
  readonly correlationId: string | null;
}

/** What an agent actor is made from: its plan, or the context of a predecessor that broke. */
export interface AgentInput {
  readonly plan: AgentPlan;
  readonly resume?: AgentContext;
}

/** The context of a new agent actor. */
export function agentContext({ plan, resume }: AgentInput, now: Instant): AgentContext {
  if (resume) return { ...resume, since: now };
  return { plan, intended: 'stopped', reports: {}, since: now, reason: null, correlationId: null };
}

/** The name of an agent actor in the actor system; it is also the holder of its services. */
export function agentActorId(id: AgentId): `agent:${string}` {
  return `agent:${id}`;
}
