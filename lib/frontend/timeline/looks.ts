import type { PastStanding } from '../world/standing.ts';

/** The part of the height of a lane that a state fills: nobody has to distinguish colours. */
export const STATE_HEIGHTS: Readonly<Record<PastStanding, number>> = {
  failed: 1,
  backoff: 1,
  unready: 0.75,
  starting: 0.55,
  stopping: 0.55,
  running: 0.75,
  stopped: 0.2,
};

/** Lines or dots over a colour. */
export type Hatch = 'solid' | 'up' | 'down' | 'crossed' | 'dots' | 'upright';
/** And its pattern. */
export const STATE_HATCHES: Readonly<Record<PastStanding, Hatch>> = {
  failed: 'crossed',
  backoff: 'up',
  unready: 'dots',
  starting: 'upright',
  stopping: 'down',
  running: 'solid',
  stopped: 'solid',
};
