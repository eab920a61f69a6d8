import type { AgentPlan, ServiceSpec } from './spec.ts';

/** What was asked for. */
export type Intended = 'running' | 'stopped';

/** The last command about an agent: with the plan it was given, so that no file needs to be read again. */
export interface AgentIntention {
  readonly subject: `agent:${string}`;
  readonly intended: Intended;
  readonly plan: AgentPlan;
  /** It is to be forgotten as soon as it is stopped, by this host or the next; its intended state is `stopped`. */
  readonly isDeleted?: true;
}

/**
 * The last command about one service. `holder` is who asked for it to exist (`io`, `host`); null: a service that agents hold was
 * stopped or restarted by hand.
 */
export interface ServiceIntention {
  readonly subject: `service:${string}`;
  readonly intended: Intended;
  readonly holder: 'io' | 'host' | null;
  readonly spec: ServiceSpec;
  /** A process of an earlier generation is to be launched anew: a restart that is not done yet outlives the host. */
  readonly atLeast: number;
}

/** An accepted command, durable before it is answered. Kept in the order in which the subjects first came. */
export type Intention = AgentIntention | ServiceIntention;
