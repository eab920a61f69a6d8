import type { AgentView } from '../../api/schemas/agent.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import type { State } from './world.ts';

/** A state as people see it: running without being ready is neither good nor down, and has its own mark. */
export type Standing = State | 'unready';

/** All of them by urgency. */
export const STANDINGS: readonly Standing[] = [
  'failed',
  'backoff',
  'unready',
  'starting',
  'stopping',
  'running',
  'stopped',
];

/** What it is called in a list; next to an id, see {@link wordsOf}. */
export const STANDING_NAMES: Readonly<Record<Standing, string>> = {
  failed: 'failed',
  backoff: 'backoff',
  unready: 'not ready',
  starting: 'starting',
  stopping: 'stopping',
  running: 'running',
  stopped: 'stopped',
};

/** The standing in full. */
export function wordsOf(standing: Standing): string {
  return standing === 'unready' ? 'running, not ready' : standing;
}

/** The standing of a service, or of one in the past. */
export function standingOf({ state, substate }: { readonly state: State; readonly substate: string | null }): Standing {
  return state === 'running' && substate === 'unready' ? 'unready' : state;
}

/** The standing of an agent: it is running and not ready if one of its services is. */
export function standingOfAgent({ state }: Pick<AgentView, 'state'>, services: Iterable<ServiceView>): Standing {
  if (state !== 'running') return state;
  for (const service of services) if (standingOf(service) === 'unready') return 'unready';
  return 'running';
}
