import type { Intended } from '../../model/intention.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import type { Holder } from '../../model/values/ids.ts';

/** A service that has to exist; new ones begin with these intentions, present ones are left alone. */
export interface ServiceEntry {
  readonly spec: ServiceSpec;
  readonly holders: readonly Holder[];
  readonly intended: Intended;
}

/** Everything the root supervisor can be told. */
export type SupervisorEvent =
  /** Makes the actors that do not exist yet; none of them acts by itself. */
  | {
      readonly type: 'supervisor.ensure';
      readonly services: readonly ServiceEntry[];
      readonly agents: readonly AgentPlan[];
    }
  /** Forgets a stopped actor. */
  | { readonly type: 'supervisor.remove'; readonly actorId: string }
  /** A child threw: it is replaced (the wildcard covers every child). */
  | { readonly type: `xstate.error.actor.${string}`; readonly actorId: string; readonly error: unknown };
