import type { AgentPlan, ServiceSpec } from '../model/spec.ts';

/** An agent to be planned. `configPath` may be relative to the host's working directory. */
export interface AgentRequest {
  readonly configPath: string;
  readonly agentId?: string;
  readonly coreioId?: string;
  /** A name from `agent_types`; default `default`. */
  readonly agentType?: string;
}

/** Turns configuration files into checked specs. Throws ConfigUnreadableError, ConfigInvalidError, InvalidIdError. */
export interface SpecSource {
  planAgent(request: AgentRequest): Promise<AgentPlan>;
  /** A shared coreio; the id defaults to `<stem>-coreio`. */
  planIo(request: { readonly configPath: string; readonly coreioId?: string }): Promise<ServiceSpec>;
  /** The host services of the configuration that start with the host, in start order. */
  hostServices(): readonly ServiceSpec[];
}
