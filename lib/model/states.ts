/** The six public states of agents and services. */
export type PublicState = 'stopped' | 'starting' | 'running' | 'stopping' | 'backoff' | 'failed';

/** What an exit was, for policy and for people (shared words with systemd and s6). */
export type ExitClass =
  'clean' | 'code' | 'signal' | 'spawn_permanent' | 'spawn_transient' | 'start_timeout' | 'probe' | 'stopped' | 'lost';

/** A state as it stands behind "is": `running`, but `in backoff`. */
export function inWords(state: string): string {
  return state === 'backoff' ? 'in backoff' : state;
}
