import type { METRICS_OPERATIONS } from '../../api/operations/metrics.ts';
import type { Control } from '../../control/control.ts';
import { USAGE_KEPT_MS } from '../../model/policy/usage-ring.ts';
import { parseServiceId } from '../../model/values/ids.ts';
import type { Exposition } from '../../ports/meter.ts';
import type { HandlersOf } from '../route.ts';

/** The handlers of metrics and resource usage. */
export function metricsHandlers(control: Control, exposition: Exposition): HandlersOf<typeof METRICS_OPERATIONS> {
  return {
    getMetrics: {
      write: async ({ ctx }) => {
        ctx.res.setHeader('Content-Type', exposition.contentType);
        ctx.body = await exposition.text();
      },
    },
    getUsage: () => control.queries.usage(),
    getServiceUsage: ({ id, query: { since = Date.now() - USAGE_KEPT_MS, until = Date.now() } }) =>
      control.queries.serviceUsage(parseServiceId(id), since, until),
  };
}
