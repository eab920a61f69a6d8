import { z } from 'zod';
import { countField, expressionField, flagField, idField, instantOrAgeField, listField } from '../fields.ts';
import type { Operations } from '../operation.ts';
import { logPageSchema, logStreamSchema, mergedLogPageSchema } from '../schemas/log.ts';

const positionField = z.string().max(64, { error: 'is longer than 64 characters' });

/** The most services whose output one request can read; each has a file open while it is read. */
export const MAX_MERGED_SERVICES = 32;

/** Of one service and of several. */
const common = {
  stream: logStreamSchema.optional().meta({ description: 'Default: both.' }),
  since: instantOrAgeField.optional().meta({
    description:
      'What was written at or after this instant; of a launch that writes to plain files, all, if it wrote anything then.',
  }),
  until: instantOrAgeField.optional().meta({
    description: 'What was written at or before this instant; lines of plain files have no time and are included.',
  }),
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
};

const query = z.strictObject({
  ...common,
  tail: countField(0, 1_000_000).optional().meta({
    description: 'The number of last lines of each stream; with `before`, of all requested streams together.',
  }),
  generation: countField(1, 1e15).optional().meta({ description: 'Only the launch with this generation.' }),
  after: positionField.optional().meta({ description: 'A position from an earlier response.', example: '7:1234' }),
  before: positionField.optional().meta({
    description:
      'The `previous` of an earlier response, or `end`: the `tail` lines (default 100) that precede it, in a JSON page ' +
      'at most `limit`.',
    example: '7:1234',
  }),
});

/** A cursor has a position for each service. */
const CURSOR_LENGTH = 8192;
const cursorField = z.string().max(CURSOR_LENGTH, { error: `is longer than ${CURSOR_LENGTH} characters` });

const mergedQuery = z.strictObject({
  agent_id: idField.optional().meta({ description: 'The services of this agent.' }),
  service_id: listField(idField)
    .optional()
    .meta({ description: `These services; with \`agent_id\`, also these. At most ${MAX_MERGED_SERVICES} together.` }),
  ...common,
  tail: countField(0, 1_000_000).optional().meta({
    description: 'The number of last lines of each stream of each service; with `before`, of all services together.',
  }),
  before: cursorField.optional().meta({
    description:
      'The `previous` of an earlier response, or `end`: the `tail` lines (default 100) that precede it, in a JSON page at ' +
      'most `limit`. Of a service that it does not name, what precedes its end.',
    example: 'pump1-coreio=3:50;pump1-corerl=7:1234',
  }),
  after: cursorField.optional().meta({
    description: 'The `next` of an earlier response. A service that it does not name is read from its beginning.',
    example: 'pump1-coreio=3:50;pump1-corerl=7:1234',
  }),
});

const STREAM =
  'An event stream begins with `position`, has the events `line` and `gap`, whose data are the items of a page, and ends ' +
  'with `end`.';

/** The routes for the output of services. */
export const LOG_OPERATIONS = {
  readLogs: {
    tag: 'Logs',
    summary:
      'The output of a service: text, a JSON page, or an event stream, by Accept; follow=true continues with new output.',
    description: `${STREAM} Resume it with \`Last-Event-ID\`.`,
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
  readMergedLogs: {
    tag: 'Logs',
    summary: 'The output of several services in one list by time: text, a JSON page, or an event stream, by Accept.',
    description:
      'The order between services is that of the times at which their lines were read. While following, a line waits up to ' +
      `50 ms for earlier ones of other services, and up to 2 s for a service whose disk is slow. ${STREAM} \`Last-Event-ID\` continues all services without a gap.`,
    query: mergedQuery,
    headers: z.object({ 'Last-Event-ID': z.string().optional() }),
    answers: {
      200: {
        what: 'The output. As text, each line begins with the id of its service.',
        content: {
          'text/plain': z.string(),
          'application/json': mergedLogPageSchema,
          'text/event-stream': z.string(),
        },
      },
    },
    problems: ['service_not_found', 'agent_not_found', 'too_many_streams'],
  },
} as const satisfies Operations;
