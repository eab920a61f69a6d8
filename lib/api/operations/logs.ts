import { z } from 'zod';
import { countField, expressionField, flagField, instantOrAgeField } from '../fields.ts';
import type { Operations } from '../operation.ts';
import { logPageSchema, logStreamSchema } from '../schemas/log.ts';

const positionField = z.string().max(64, { error: 'is longer than 64 characters' });

const query = z.strictObject({
  stream: logStreamSchema.optional().meta({ description: 'Default: both.' }),
  tail: countField(0, 1_000_000).optional().meta({
    description: 'The number of last lines of each stream; with `before`, of all requested streams together.',
  }),
  since: instantOrAgeField.optional().meta({
    description:
      'What was written at or after this instant; of a launch that writes to plain files, all, if it wrote anything then.',
  }),
  until: instantOrAgeField.optional().meta({
    description: 'What was written at or before this instant; lines of plain files have no time and are included.',
  }),
  generation: countField(1, 1e15).optional().meta({ description: 'Only the launch with this generation.' }),
  after: positionField.optional().meta({ description: 'A position from an earlier response.', example: '7:1234' }),
  before: positionField
    .optional()
    .meta({ description: 'Likewise: the `tail` lines (default 100) that precede it.', example: '7:1234' }),
  grep: expressionField.optional().meta({
    description:
      'Only lines that this regular expression (RE2) matches, among everything that is stored unless `since`, `until`, ' +
      '`generation` or `after` limit it. A JSON page comes after about a second, with `search`; continue with `next`.',
  }),
  lines_before: countField(0, 100)
    .optional()
    .meta({ description: 'With `grep`: how many lines to include before each one that matches; default 0.' }),
  lines_after: countField(0, 100)
    .optional()
    .meta({ description: 'With `grep`: how many lines to include after each one that matches; default 0.' }),
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
