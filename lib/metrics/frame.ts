import type { ServiceId } from '../model/ids.ts';
import type { PublicState } from '../model/states.ts';
import type { Intended } from '../model/wish.ts';
import type { ProcessUsage, TreeUsage } from '../ports/process-usage.ts';

/** What is measured of an agent. */
export interface MeasuredAgent {
  readonly id: string;
  readonly state: PublicState;
}

/** What is measured of a service. */
export interface MeasuredService {
  readonly id: string;
  readonly kind: string;
  readonly agents: readonly string[];
  readonly state: PublicState;
  readonly substate: string | null;
  readonly intended_state: Intended;
  readonly generation: number;
  readonly version: string | null;
  readonly restarts: number;
  readonly started_at: string | null;
}

/** What the numbers of a host are looked up from. */
export interface HostViews {
  agents(): readonly MeasuredAgent[];
  services(): readonly MeasuredService[];
  health(): { readonly reasons?: readonly string[] | undefined };
}

/** Everything that one exposition is made from, taken once for all of its families. */
export interface Frame {
  readonly agents: readonly MeasuredAgent[];
  readonly services: readonly MeasuredService[];
  readonly healthReasons: number;
  /** Null where the system does not tell. */
  readonly usage: ReadonlyMap<ServiceId, TreeUsage> | null;
}

/** A host that has nothing to tell yet. */
export const EMPTY_FRAME: Frame = { agents: [], services: [], healthReasons: 0, usage: null };

/** Looks at everything now. */
export async function takeFrame(views: HostViews, usage: ProcessUsage): Promise<Frame> {
  const reading = await usage.read();
  return {
    agents: views.agents(),
    services: views.services(),
    healthReasons: views.health().reasons?.length ?? 0,
    usage: reading?.services ?? null,
  };
}
