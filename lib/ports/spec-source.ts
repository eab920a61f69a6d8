import type { AgentPlan, ServiceSpec } from '../model/spec.ts';
import type { ConfigDocument } from '../model/configuration/key-changes.ts';
import type { WebhookSpec } from '../model/webhook.ts';

/** An agent to plan. `configPath` may be relative to the host's working directory. */
export interface AgentRequest {
  readonly configPath: string;
  readonly agentId?: string;
  readonly coreioId?: string;
  /** A name from `agent_types`; default `default`. */
  readonly agentType?: string;
}

/** A host service in the configuration. */
export interface HostServicePlan {
  readonly spec: ServiceSpec;
  /** Whether it starts with the host the first time; after that the last command decides. */
  readonly isAutostarted: boolean;
}

/** Turns configuration files into checked specs. Throws ConfigUnreadableError, ConfigInvalidError, InvalidIdError. */
export interface SpecSource {
  planAgent(request: AgentRequest): Promise<AgentPlan>;
  /** A shared coreio; the id defaults to `<stem>-coreio`. */
  planIo(request: { readonly configPath: string; readonly coreioId?: string }): Promise<ServiceSpec>;
  /** Every host service in the configuration, in start order, as planned when that was read. */
  hostServices(): Promise<readonly HostServicePlan[]>;
  /** The configuration of the host with all defaults, with its secrets. */
  document(): ConfigDocument;
  /** The receivers of events. */
  webhooks(): readonly WebhookSpec[];
  /** The limit of all stored output together, in bytes. */
  totalLogBytes(): number;
  /** A source based on the current content of the host's configuration file; this one does not change. */
  reread(): Promise<SpecSource>;
}
