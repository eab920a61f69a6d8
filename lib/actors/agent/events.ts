import type { Reason } from '../../model/explain/reason.ts';
import type { Intended } from '../../model/intention.ts';
import type { ServiceReport } from '../../model/policy/agent-state.ts';
import type { AgentPlan } from '../../model/spec.ts';

/** Everything an agent actor can be told. */
export type AgentEvent =
  | { readonly type: 'agent.start'; readonly plan: AgentPlan; readonly correlationId: string | null }
  /** A new revision of the plan, for the services that the agent has now; their specs are told to them. */
  | { readonly type: 'agent.configure'; readonly plan: AgentPlan; readonly correlationId: string | null }
  | { readonly type: 'agent.stop'; readonly correlationId: string | null }
  /** A service of this agent changed, or was asked how it is. */
  | { readonly type: 'service.changed'; readonly report: ServiceReport }
  /** The host is back; `plan` and `intended` are the last accepted intention. */
  | { readonly type: 'host.resume'; readonly intended: Intended; readonly plan: AgentPlan }
  /** The host leaves and takes its services with it; the intention stays. */
  | { readonly type: 'host.drain' }
  /** The actor broke too often; it is kept aside. */
  | { readonly type: 'supervisor.quarantine'; readonly reason: Reason };
