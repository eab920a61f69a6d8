import { z } from 'zod';
import { countField, flagField, instantField } from '../fields.ts';
import type { Operations } from '../operation.ts';
import { logPageSchema, logStreamSchema } from '../schemas/log.ts';

const query = z.strictObject({
  stream: logStreamSchema.optional().meta({ description: 'Default: both.' }),
  tail: countField(0, 1_000_000).optional().meta({ description: 'The number of last lines of each stream.' }),
  since: instantField.optional().meta({
    description:
      'What was written at or after this instant; of a launch that writes to plain files, all, if it wrote anything then.',
  }),
  after: z
    .string()
    .max(64, { error: 'is longer than 64 characters' })
    .optional()
    .meta({ description: 'A position from an earlier response.', example: '7:1234,56' }),
  limit: countField(1, 10_000).optional().meta({ description: 'The number of lines of a JSON page; default 1000.' }),
  follow: flagField.optional().meta({ description: 'Continue with new output, including that of later launches.' }),
});

/** The route for the output of a service. */
export const LOG_OPERATIONS = {
  readLogs: {
    tag: 'Logs',
    summary:
      'The output of a service: text, a JSON page, or an event stream, by Accept; follow=true continues with new output.',
    description:
      'An event stream has the events `line` and `gap`, whose data are the items of a page, and ends with `end`. Resume it ' +
      'with `Last-Event-ID`.',
    query,
    headers: z.object({ 'Last-Event-ID': z.string().optional() }),
    answers: {
      200: {
        what: 'The output.',
        content: {
          'text/plain': z.string(),
          'application/json': logPageSchema,
          'text/event-stream': z.string(),
        },
      },
    },
    problems: ['service_not_found', 'too_many_streams'],
  },
} as const satisfies Operations;
