import { z } from 'zod';
import { instantOrAgeField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { usageHistorySchema, usageSchema } from '../schemas/usage.ts';

const period = z.strictObject({
  since: instantOrAgeField
    .optional()
    .meta({ description: 'Only samples at or after this instant. Default: a day ago.' }),
  until: instantOrAgeField.optional().meta({ description: 'Only samples at or before this instant. Default: now.' }),
});

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
  getServiceUsage: {
    tag: 'Services',
    summary: 'Processor time and memory of a service in the last 24 hours, once a minute.',
    description:
      'Stored by the host, also across its restarts. With more than 500 processes of services a sample is taken every second minute, with more than 1,000 every third, and so on.',
    query: period,
    answers: ok(usageHistorySchema),
    problems: ['service_not_found', 'store_unavailable'],
  },
} as const satisfies Operations;
