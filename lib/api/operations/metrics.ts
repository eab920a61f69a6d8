import { z } from 'zod';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { usageSchema } from '../schemas/usage.ts';

/** The routes of metrics and resource usage. */
export const METRICS_OPERATIONS = {
  getMetrics: {
    tag: 'Host',
    summary: 'The metrics of the host in the text format of Prometheus.',
    answers: { 200: { what: 'The metrics that docs/metrics.md lists.', content: { 'text/plain': z.string() } } },
  },
  getUsage: {
    tag: 'Host',
    summary: 'Processor time and memory of each process tree, and of the host itself.',
    description:
      'All callers share the readings, which are at least a second apart: percentages refer to the time since the previous reading.',
    answers: ok(usageSchema),
  },
} as const satisfies Operations;
