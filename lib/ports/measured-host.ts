import type { PublicState } from '../model/states.ts';
import type { Instant } from '../model/time.ts';
import type { Intended } from '../model/wish.ts';

/** What is measured of an agent. */
export interface MeasuredAgent {
  readonly id: string;
  readonly state: PublicState;
}

/** What is measured of a service. */
export interface MeasuredService {
  readonly id: string;
  readonly kind: string;
  /** The agents that hold it. */
  readonly agents: readonly string[];
  readonly state: PublicState;
  readonly substate: string | null;
  readonly intended: Intended;
  readonly generation: number;
  readonly version: string | null;
  readonly restarts: number;
  /** When the live process was launched; null: there is none. */
  readonly launchedAt: Instant | null;
}

/** What the numbers of a host are looked up from; who is looked at is decided at the call, each one as it is when its turn comes. */
export interface MeasuredHost {
  agents(): Iterable<MeasuredAgent>;
  services(): Iterable<MeasuredService>;
  /** How many reasons the health gives. */
  healthReasons(): number;
}
