import type { Intended } from '../../model/intention.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import type { Holder } from '../../model/values/ids.ts';

/** A service that has to exist. New ones start with this intention, existing ones are left alone. */
export interface ServiceEntry {
  readonly spec: ServiceSpec;
  readonly holders: readonly Holder[];
  readonly intended: Intended;
}

/** Every event the root supervisor accepts. */
export type SupervisorEvent =
  /** Creates the actors that do not exist yet; none of them acts on its own. */
  | {
      readonly type: 'supervisor.ensure';
      readonly services: readonly ServiceEntry[];
      readonly agents: readonly AgentPlan[];
    }
  /** Removes a stopped actor. */
  | { readonly type: 'supervisor.remove'; readonly actorId: string }
  /** A child threw and is replaced (the wildcard covers every child). */
  | { readonly type: `xstate.error.actor.${string}`; readonly actorId: string; readonly error: unknown };
