import type { METRICS_OPERATIONS } from '../../api/operations/metrics.ts';
import type { Control } from '../../control/control.ts';
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
  };
}
