/** The six public states of agents and services. */
export const PUBLIC_STATES = ['stopped', 'starting', 'running', 'stopping', 'backoff', 'failed'] as const;

export type PublicState = (typeof PUBLIC_STATES)[number];

/** The substates of a service, by public state. The statechart has exactly these. */
export const SERVICE_STATES = {
  stopped: ['idle', 'completed', 'drained'],
  starting: ['waiting', 'resolving', 'launching', 'settling', 'probing'],
  running: ['ready', 'unready'],
  stopping: ['terminating', 'killing', 'retrying', 'draining'],
  backoff: ['judging', 'waiting', 'blocked'],
  failed: ['exhausted', 'missing', 'refused', 'abandoned'],
} as const satisfies NestedStates;

/** The same for an agent; most of its public states have no substates. */
export const AGENT_STATES = {
  stopped: ['idle', 'drained'],
  starting: [],
  running: [],
  stopping: ['releasing', 'draining'],
  backoff: [],
  failed: [],
} as const satisfies NestedStates;

type NestedStates = Readonly<Record<PublicState, readonly string[]>>;
type ServiceStates = typeof SERVICE_STATES;
type AgentStates = typeof AGENT_STATES;

/** A state that a service can stay in, dotted: `running.ready`. `backoff.judging` is left immediately. */
export type ServiceLeaf = Exclude<
  { [S in PublicState]: `${S}.${ServiceStates[S][number]}` }[PublicState],
  'backoff.judging'
>;

/** The public state and the substate of a service or an agent; null if there is no substate. */
export interface Standing {
  readonly state: PublicState;
  readonly substate: Exclude<(ServiceStates | AgentStates)[PublicState][number], 'judging'> | null;
}

/** The value of a service or agent snapshot, as XState has it. */
export type StateValue =
  | { [S in PublicState]: Readonly<Partial<Record<S, ServiceStates[S][number] | AgentStates[S][number]>>> }[PublicState]
  | { [S in PublicState]: AgentStates[S] extends readonly [] ? S : never }[PublicState];

/** The public state and the substate. */
export function stateOf(value: StateValue): Standing {
  if (typeof value === 'string') return { state: value, substate: null };
  const [state, substate] = Object.entries(value)[0] as [PublicState, Standing['substate']]; // what a StateValue is made of
  return { state, substate };
}

/** The same for a service, dotted. */
export function leafOf(value: StateValue): ServiceLeaf {
  const { state, substate } = stateOf(value);
  return `${state}.${substate ?? ''}` as ServiceLeaf; // the value of a service
}

/** The public state of a dotted state. */
export function publicStateOf(state: PublicState | ServiceLeaf): PublicState {
  const dot = state.indexOf('.');
  return (dot === -1 ? state : state.slice(0, dot)) as PublicState; // as both types are made
}

/** The class of an exit, for policy and people (the words are those of systemd and s6). */
export type ExitClass =
  | 'clean'
  | 'code'
  | 'signal'
  | 'spawn_permanent'
  | 'spawn_transient'
  | 'start_timeout'
  | 'probe'
  | 'stopped'
  | 'lost';

/** The classes of ends that nobody asks the reason of. */
export const EXPECTED_ENDS: readonly ExitClass[] = ['clean', 'stopped'];

/** A state as it follows "is": `running`, but `in backoff`. */
export function inWords(state: string): string {
  return state === 'backoff' ? 'in backoff' : state;
}
