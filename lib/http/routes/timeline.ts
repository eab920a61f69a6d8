import type { TIMELINE_OPERATIONS } from '../../api/operations/timeline.ts';
import type { Control } from '../../control/control.ts';
import { RequestError } from '../problem.ts';
import type { HandlersOf } from '../route.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Unless a request says otherwise, a period has so many parts that can be distinguished. */
const PARTS = 2_000;

/** The handler of the timeline. */
export function timelineHandlers(control: Control): HandlersOf<typeof TIMELINE_OPERATIONS> {
  return {
    getTimeline: ({ query }) => {
      const { until = Date.now(), service_id: serviceIds = [] } = query;
      const { since = until - DAY_MS } = query;
      if (since >= until) {
        const message = 'must be before until';
        throw new RequestError('invalid_request', `"since" ${message}.`, { issues: [{ path: 'since', message }] });
      }
      const resolutionMs = query.resolution_ms ?? Math.max(1, Math.round((until - since) / PARTS));
      return control.queries.timeline({ since, until, serviceIds, resolutionMs });
    },
  };
}
