import { z } from 'zod';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { usageSchema } from '../schemas/usage.ts';

/** The routes that tell numbers. */
export const METRICS_OPERATIONS = {
  getMetrics: {
    tag: 'Host',
    summary: 'The numbers of the host in the text form of Prometheus.',
    answers: { 200: { what: 'The families, as docs/metrics.md lists them.', content: { 'text/plain': z.string() } } },
  },
  getUsage: {
    tag: 'Host',
    summary: 'Processor time and memory of each process tree, and of the host itself.',
    description:
      'Readings are shared by all who ask, and are at least a second apart: percentages are of the time since the reading before.',
    answers: ok(usageSchema),
  },
} as const satisfies Operations;
