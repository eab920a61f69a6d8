import type { AgentView } from '../../api/schemas/agent.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import type { State } from './world.ts';

/** A state of the past as people see it: running without being ready is neither good nor down, and has its own mark. */
export type PastStanding = State | 'unready';

/** A state as people see it: of a service in doubt the last known one would look as if it were known. */
export type Standing = PastStanding | 'doubt';

/** All of them by urgency. */
export const STANDINGS: readonly Standing[] = [
  'failed',
  'doubt',
  'backoff',
  'unready',
  'starting',
  'stopping',
  'running',
  'stopped',
];

/** Likewise of the past, of which no doubt is kept. */
export const PAST_STANDINGS: readonly PastStanding[] = STANDINGS.filter((one) => one !== 'doubt');

/** What it is called in a list; next to an id, see {@link wordsOf}. */
export const STANDING_NAMES: Readonly<Record<Standing, string>> = {
  failed: 'failed',
  doubt: 'in doubt',
  backoff: 'backoff',
  unready: 'not ready',
  starting: 'starting',
  stopping: 'stopping',
  running: 'running',
  stopped: 'stopped',
};

/** The standing in full. */
export function wordsOf(standing: Standing): string {
  return standing === 'unready' ? 'running, not ready' : STANDING_NAMES[standing];
}

/** The standing of something in the past. */
export function pastStandingOf({ state, substate }: Pick<ServiceView, 'state' | 'substate'>): PastStanding {
  return state === 'running' && substate === 'unready' ? 'unready' : state;
}

/** The standing of a service. */
export function standingOf(service: Pick<ServiceView, 'state' | 'substate' | 'doubt'>): Standing {
  return service.doubt === null ? pastStandingOf(service) : 'doubt';
}

/** The standing of an agent: if it is running, that of the first of its services that is in doubt, or not ready. */
export function standingOfAgent({ state }: Pick<AgentView, 'state'>, services: Iterable<ServiceView>): Standing {
  if (state !== 'running') return state;
  const standings = new Set([...services].map(standingOf));
  return (['doubt', 'unready'] as const).find((one) => standings.has(one)) ?? 'running';
}
