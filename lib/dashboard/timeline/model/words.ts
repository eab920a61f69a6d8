import { counted } from '../../../frontend/words/amount.ts';
import { localInstant } from '../../words/time.ts';
import { STANDING_NAMES } from '../../../frontend/world/standing.ts';
import { markWords } from '../../../frontend/timeline/marks.ts';
import { isAbsent, stateAt } from '../../../frontend/timeline/lanes.ts';
import type { Lane, LaneMark, Lanes } from '../../../frontend/timeline/lanes.ts';

/** What a lane says about an instant. */
export function laneWords(lanes: Lanes, lane: Lane, at: number): string {
  if (isAbsent(lanes, at)) return 'no host was running, or it may have been dead';
  if (at > lanes.extent.to) return 'still to come';
  if (lanes.storedSince !== null && at < lanes.storedSince) return 'older than what the host has stored';
  if (lane.id === null) {
    const status = lanes.health.findLast((one) => one.at <= at)?.status ?? null;
    return status === null ? 'health unknown' : `host ${status}`;
  }
  const state = stateAt(lanes, lane, at);
  const condensed = lane.condensed.find(({ from, to }) => from <= at && at <= to);
  const words = state === null ? 'state unknown' : STANDING_NAMES[state];
  return condensed === undefined
    ? words
    : `${words}; ${counted(condensed.count, 'event')} of this time are no longer stored`;
}

/** One moment of a lane, as a sentence. */
export function momentWords(lanes: Lanes, lane: Lane, at: number, mark: LaneMark | null): string {
  const where = `${lane.id ?? 'Host'}, ${localInstant(at, Date.now())}`;
  const what = mark === null ? [] : [markWords(mark)];
  return `${where}: ${[...what, laneWords(lanes, lane, at)].join('; ')}`;
}
