import type { Guarantees } from './process.ts';
import type { ReloadAction } from './reload.ts';
import type { Intended } from './wish.ts';

/** The six public states of agents and services. */
export type PublicState = 'stopped' | 'starting' | 'running' | 'stopping' | 'backoff' | 'failed';

/** What an exit was, for policy and for people (shared words with systemd and s6). */
export type ExitClass =
  'clean' | 'code' | 'signal' | 'spawn_permanent' | 'spawn_transient' | 'start_timeout' | 'probe' | 'stopped' | 'lost';

/** Wire form of a past exit (contract 3.4). */
export interface LastExitView {
  readonly code: number | null;
  readonly signal: string | null;
  readonly at: string;
  readonly generation: number;
  readonly class: ExitClass;
}

/** Wire form of a service (contract 3.4). Instants are ISO 8601 in UTC. */
export interface ServiceView {
  readonly id: string;
  readonly kind: string;
  /** Ids of the agents that hold it. */
  readonly agents: readonly string[];
  readonly state: PublicState;
  readonly intended_state: Intended;
  /** The nested state, such as `launching`; null where the public state has none. */
  readonly substate: string | null;
  readonly generation: number;
  readonly pid: number | null;
  readonly version: string | null;
  readonly executable: string | null;
  readonly config_path: string | null;
  readonly restarts: number;
  readonly started_at: string | null;
  readonly since: string;
  readonly last_exit: LastExitView | null;
  readonly next: { readonly what: string; readonly at: string } | null;
  readonly reason: string | null;
  readonly adopted: boolean;
  /** The revision of the spec that it should run. */
  readonly revision: string;
  /** The revision that the live process was launched with; null: there is none. */
  readonly running_revision: string | null;
  readonly guarantees: {
    readonly exact_exit: boolean;
    readonly tree_complete: boolean;
    readonly lossless_rotation: boolean;
  };
}

/** Wire form of an agent (contract 3.4). */
export interface AgentView {
  readonly id: string;
  readonly type: string;
  readonly state: PublicState;
  readonly intended_state: Intended;
  readonly config_path: string | null;
  readonly services: readonly string[];
  readonly since: string;
  readonly reason: string | null;
}

/** One service inside the status of an agent (contract 3.1). */
export interface ServiceStatusView {
  readonly id: string;
  readonly state: PublicState;
  readonly intended_state: Intended;
  readonly config_path: string | null;
  readonly pid: number | null;
  readonly version: string | null;
  readonly restarts: number;
}

/** The status of an agent as the original clients read it (contract 3.1). */
export interface AgentStatusView {
  readonly id: string;
  readonly state: PublicState;
  readonly intended_state: Intended;
  readonly config_path: string | null;
  readonly service_statuses: Readonly<Record<string, ServiceStatusView>>;
}

/** Wire form of a journal entry (contract 3.4). */
export interface EventView {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly agent_id?: string;
  readonly service_id?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cause: string;
  readonly correlation_id: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What a reload of the configuration does, or on a dry run would do. */
export interface ReloadView {
  readonly applied: boolean;
  /** Services that change; all others are left alone. */
  readonly changes: readonly {
    readonly service_id: string;
    readonly action: ReloadAction;
    readonly changed: readonly string[];
    readonly reason: string;
    readonly revision: string | null;
  }[];
  /** Agents that are not meant to run and whose files cannot be used now. */
  readonly skipped: readonly { readonly agent_id: string; readonly reason: string }[];
}

/** `degraded` carries one sentence a reason. */
export interface HealthView {
  readonly status: 'healthy' | 'degraded';
  readonly process_id: number;
  readonly service: 'coredinator';
  readonly version: string;
  readonly reasons?: readonly string[];
}

/** The wire form of guarantees. */
export function guaranteesView(guarantees: Guarantees): ServiceView['guarantees'] {
  return {
    exact_exit: guarantees.exactExit,
    tree_complete: guarantees.treeComplete,
    lossless_rotation: guarantees.losslessRotation,
  };
}
