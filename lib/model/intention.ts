import type { AgentPlan, ServiceSpec } from './spec.ts';
import type { ServiceId } from './values/ids.ts';
import type { Instant } from './values/time.ts';

/** The requested state. */
export type Intended = 'running' | 'stopped';

/** The last command for an agent, with its plan, so that no file needs to be read again. */
export interface AgentIntention {
  readonly subject: `agent:${string}`;
  readonly intended: Intended;
  readonly plan: AgentPlan;
  /** It is deleted as soon as it has stopped, by this host or the next; its intended state is `stopped`. */
  readonly isDeleted?: true;
}

/**
 * The last command for one service. `holder` is who requested it (`io`, `host`); null: a command stopped or
 * restarted a service that agents hold.
 */
export interface ServiceIntention {
  readonly subject: `service:${string}`;
  readonly intended: Intended;
  readonly holder: 'io' | 'host' | null;
  readonly spec: ServiceSpec;
  /** Processes of earlier generations must be replaced, so that an unfinished restart survives the host. */
  readonly atLeast: number;
}

/** A version that a person has chosen for a service: only it is launched, whatever version its configuration asks for. */
export interface VersionPin {
  /** Exactly this semver. */
  readonly version: string;
  readonly since: Instant;
  /** Who pinned it, as in the journal; null: unknown. */
  readonly actor: string | null;
}

/** The pin of a service. It lasts until it is removed, or the service is. */
export interface PinIntention {
  readonly subject: `pin:${string}`;
  readonly pin: VersionPin;
}

/** An accepted command, durable before it is answered. Stored in the order in which the subjects were first seen. */
export type Intention = AgentIntention | ServiceIntention | PinIntention;

/** The subject of the pin of a service. */
export function pinSubject(id: ServiceId | string): `pin:${string}` {
  return `pin:${id}`;
}
