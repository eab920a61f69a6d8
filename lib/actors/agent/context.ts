import type { ServiceReports } from '../../model/agent-state.ts';
import type { AgentId } from '../../model/ids.ts';
import type { Reason } from '../../model/reason.ts';
import type { AgentPlan } from '../../model/spec.ts';
import type { Instant } from '../../model/time.ts';
import type { Intended } from '../../model/wish.ts';

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
