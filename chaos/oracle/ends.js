import { GRACE_MS } from '../plant.js';
import { codesOf, stopSignalsOf } from '../life.js';
import { endText } from './views.js';

/** A shim that is killed this soon after its service may not have recorded the end. */
const RECORD_MS = 1_000;
/** A host that finds a lost store may take this long until it has looked at every process. */
const FOUND_MS = 5_000;

/** Every end that a launch may have had, according to what is known; [] if it has no cause to have ended. */
export function endsOf(launch, { promised, lostSpans, seed }) {
  const { service, generation, intendedAt, end, kills } = launch;
  const goneAt = launch.goneAt ?? Infinity;
  const ends = kills.filter(({ at }) => at <= goneAt).map(({ signal }) => signal);
  if (end !== null) ends.push(endText(end));
  const stopSentAt = promised.stopSentAt(intendedAt, goneAt);
  if (stopSentAt !== null) {
    ends.push(...stopSignalsOf(seed, service, generation));
    // On a busy machine it may not have got the processor for SIGTERM before its grace was over.
    if (goneAt - stopSentAt >= GRACE_MS) ends.push('SIGKILL');
  }
  if (ends.length === 0) return ends;
  const { shimKilledAt } = launch;
  const isUnknown =
    launch.isBlurred ||
    (shimKilledAt !== null && shimKilledAt <= goneAt + RECORD_MS) ||
    lostSpans.some(({ from, to }) => goneAt >= from && goneAt <= to + FOUND_MS);
  return isUnknown ? [...ends, 'unknown'] : ends;
}

/** Whether a launch that exited by itself did so with a code of its plan. */
export function isPlanned({ service, generation, end }, seed) {
  return end === null || codesOf(seed, service, generation).includes(end.code);
}

/** Whether nobody can know any more how a launch ended, since the store was lost. */
export function isForgotten({ goneAt }, { lostSpans }) {
  return lostSpans.some(({ to }) => (goneAt ?? Infinity) <= to + FOUND_MS);
}
