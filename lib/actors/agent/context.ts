import type { Reason } from '../../model/explain/reason.ts';
import type { Intended } from '../../model/intention.ts';
import type { ServiceReports } from '../../model/policy/agent-state.ts';
import type { AgentPlan } from '../../model/spec.ts';
import type { AgentId } from '../../model/values/ids.ts';
import type { Instant } from '../../model/values/time.ts';

/** The context of an agent actor: plain JSON, stored as it is. */
export interface AgentContext {
  readonly plan: AgentPlan;
  readonly intended: Intended;
  /** The latest report of each of its services. */
  readonly reports: ServiceReports;
  /** When the public state was entered. */
  readonly since: Instant;
  readonly reason: Reason | null;
  readonly correlationId: string | null;
}

/** What an agent actor is created from: its plan, or the context of a crashed predecessor. */
export interface AgentInput {
  readonly plan: AgentPlan;
  readonly resume?: AgentContext;
}

/** The context of a new agent actor. */
export function agentContext({ plan, resume }: AgentInput, now: Instant): AgentContext {
  if (resume) return { ...resume, since: now };
  return { plan, intended: 'stopped', reports: {}, since: now, reason: null, correlationId: null };
}

/** The system id of an agent actor; also the name under which it holds its services. */
export function agentActorId(id: AgentId): `agent:${string}` {
  return `agent:${id}`;
}
