import type { AgentPlan, ServiceSpec } from './spec.ts';

/** What was asked for. */
export type Intended = 'running' | 'stopped';

/** The last command about an agent: with the plan it was given, so that no file needs to be read again. */
export interface AgentWish {
  readonly subject: `agent:${string}`;
  readonly intended: Intended;
  readonly plan: AgentPlan;
}

/**
 * The last command about one service. `holder` is who asked for it to exist (`io`, `host`); null: only the intended state of a
 * service that agents hold was set by hand.
 */
export interface ServiceWish {
  readonly subject: `service:${string}`;
  readonly intended: Intended;
  readonly holder: 'io' | 'host' | null;
  readonly spec: ServiceSpec;
}

/** An accepted command, durable before it is answered. Kept in the order in which the subjects first came. */
export type Wish = AgentWish | ServiceWish;
