import type { Reason } from '../../model/explain/reason.ts';
import type { Intended } from '../../model/intention.ts';
import type { ServiceReport } from '../../model/policy/agent-state.ts';
import type { AgentPlan } from '../../model/spec.ts';

/** Every event an agent actor accepts. */
export type AgentEvent =
  | { readonly type: 'agent.start'; readonly plan: AgentPlan; readonly correlationId: string | null }
  /** A new revision of the plan for the agent's current services; their specs are sent to them separately. */
  | { readonly type: 'agent.configure'; readonly plan: AgentPlan; readonly correlationId: string | null }
  | { readonly type: 'agent.stop'; readonly correlationId: string | null }
  /** A service of this agent changed or was asked for a report. */
  | { readonly type: 'service.changed'; readonly report: ServiceReport }
  /**
   * The host has restarted, and resumes the services next: what they report is judged by what is intended now, which may
   * be newer than the snapshot of this actor. `host.resume` follows.
   */
  | { readonly type: 'host.intention'; readonly intended: Intended }
  /** The host has restarted; `plan` and `intended` are the last accepted intention. */
  | { readonly type: 'host.resume'; readonly intended: Intended; readonly plan: AgentPlan }
  /** The host is shutting down and stops its services; the intention stays. */
  | { readonly type: 'host.drain' }
  /** The actor crashed too often and is quarantined. */
  | { readonly type: 'supervisor.quarantine'; readonly reason: Reason };
