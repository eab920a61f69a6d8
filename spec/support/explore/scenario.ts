import type { ProbeKind } from '../../../lib/model/probe.ts';
import type { LaunchFailure } from '../../../lib/model/process.ts';
import type { OrphanPolicy } from '../../../lib/ports/process-host.ts';
import type { ExitMode } from '../../../lib/control/control.ts';
import type { CommandStep } from '../walks/walk-commands.ts';
import type { Plant } from '../walks/walk-plant.ts';
import type { Edit } from '../walks/walk-steps.ts';

/** How a process ends. `unseen`: its shim is killed with it. */
export type ExitHow = 'success' | 'code' | 'signal' | 'unseen';

/** One event of a scenario. After each, everything happens that needs no time, unless the step is hasty. */
export type ScenarioStep =
  | CommandStep
  /** Time passes. */
  | { readonly do: 'pass'; readonly ms: number }
  /** Time passes until everything is as intended. */
  | { readonly do: 'rest' }
  /** A process ends, if it is alive. */
  | { readonly do: 'exit'; readonly service: string; readonly how: ExitHow }
  | { readonly do: 'loseShim'; readonly service: string }
  | { readonly do: 'probe'; readonly service: string; readonly kind: ProbeKind; readonly isPassed: boolean }
  /** The configuration files change, and nobody is told. */
  | { readonly do: 'edit'; readonly edit: Edit }
  /** The next executions of a service fail. */
  | { readonly do: 'refuse'; readonly service: string; readonly failures: readonly LaunchFailure[] }
  /** Nothing can be written by the host any more; the machine frees space by itself after a while. */
  | { readonly do: 'fillDisk' | 'freeDisk' }
  /** Whoever gets the events of the host answers none of them any more, or all again. */
  | { readonly do: 'breakReceiver' | 'mendReceiver' }
  /** Which versions of the program can be found. */
  | { readonly do: 'provide'; readonly versions: readonly number[] }
  | { readonly do: 'takePorts' }
  | { readonly do: 'throw'; readonly actor: `service:${string}` | `agent:${string}`; readonly times: number }
  | { readonly do: 'jump'; readonly ms: number }
  /** Shims stand still, or go on. */
  | { readonly do: 'holdShims' | 'releaseShims' }
  /** Every step of this many that shims take. */
  | { readonly do: 'stepShims'; readonly count: number }
  /** The database as it is now is what the next host will find (`between: 'oldStore'`). */
  | { readonly do: 'backUp' }
  /** The host shuts down; ends the scenario. */
  | { readonly do: 'leave'; readonly mode: ExitMode };

/** What happens between the host that dies first and the next one. */
export type Between =
  | { readonly do: 'exit'; readonly service: string; readonly how: ExitHow }
  | { readonly do: 'loseShim'; readonly service: string }
  | { readonly do: 'jump'; readonly ms: number }
  | { readonly do: 'reboot' | 'loseStore' | 'oldStore' | 'oldRows' };

/** A story of a host, told until it dies at one of its calls. */
export interface Scenario {
  readonly name: string;
  readonly plant: Plant;
  /** Services that ignore the stop signal. */
  readonly stubborn: readonly string[];
  readonly orphans: OrphanPolicy;
  /** What happened before; nothing dies in it. */
  readonly before: readonly ScenarioStep[];
  readonly steps: readonly (ScenarioStep & { readonly isHasty?: true })[];
  readonly between: readonly Between[];
  /** Time between two hosts. */
  readonly downMs: number;
  /** Whether commands without an answer are given again to the next host. */
  readonly isRetried: boolean;
  /**
   * A death may lead to more launches than there are without one: a later command takes back what an earlier one asks for, or
   * what is launched may not live on.
   */
  readonly mayLaunchMore: boolean;
  /** The host sends its events to a receiver. */
  readonly hasReceiver: boolean;
  /** Every pair of deaths is tried. */
  readonly isCore: boolean;
}
