import { z } from 'zod';
import { countField, eventTypeField, idField, instantField, listField, nameField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { eventPageSchema } from '../schemas/event.ts';

/** Which events are wanted; the same for the history and the stream. */
const filters = {
  agent_id: listField(idField).optional().meta({ description: 'Only events of these agents.' }),
  service_id: listField(idField).optional().meta({ description: 'Only events of these services.' }),
  type: listField(eventTypeField).optional().meta({
    description:
      'Only these types; `process.*` and `process.` both mean all types with this prefix. A type that does not exist is refused. `process.stray` is deprecated and means `process.orphan`.',
  }),
};

const history = z.strictObject({
  after: countField(0, Number.MAX_SAFE_INTEGER).default(0).meta({ description: 'Only events after this `seq`.' }),
  before: countField(0, Number.MAX_SAFE_INTEGER).optional().meta({ description: 'Only events before this `seq`.' }),
  order: z
    .enum(['oldest_first', 'newest_first'], { error: 'must be oldest_first or newest_first' })
    .default('oldest_first'),
  limit: countField(1, 1000).default(100),
  since: instantField.optional().meta({ description: 'Only events at or after this instant.' }),
  until: instantField.optional().meta({ description: 'Only events at or before this instant.' }),
  ...filters,
});

const stream = z.strictObject({
  after: countField(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: 'Begin after this `seq`; 0: with the oldest event that is stored.' }),
  since: instantField.optional().meta({ description: 'Begin with the first event at or after this instant.' }),
  ...filters,
});

const audit = z.strictObject({
  actor: nameField.optional().meta({ description: 'Only commands of this token name or user.' }),
  address: nameField.optional().meta({ description: 'Only commands from this IP address.' }),
  tool: nameField.optional().meta({ description: 'Only commands that were given with this program.' }),
  ...filters,
  since: instantField.optional().meta({ description: 'Only commands at or after this instant.' }),
  until: instantField.optional().meta({ description: 'Only commands at or before this instant.' }),
  after: countField(0, Number.MAX_SAFE_INTEGER).default(0).meta({ description: 'Only commands after this `seq`.' }),
  before: countField(0, Number.MAX_SAFE_INTEGER).optional().meta({ description: 'Only commands before this `seq`.' }),
  order: z
    .enum(['oldest_first', 'newest_first'], { error: 'must be oldest_first or newest_first' })
    .default('newest_first'),
  limit: countField(1, 1000).default(100),
});

/** The routes of events. */
export const EVENT_OPERATIONS = {
  streamEvents: {
    tag: 'Events',
    summary: 'Events as they happen: server-sent events, resumable across restarts of the host.',
    description: `The data of each message is an \`Event\`, its id the \`seq\`. With \`Last-Event-ID\` (or \`after\`, or \`since\`) the stream starts
with the missed events, otherwise with new ones. Four messages have names: \`position\` (\`{seq}\`) is the current position of the stream, \`gap\`
(\`{after, oldest, reason}\`) says that older events are no longer stored, \`reset\` (\`{asked, newest, reason}\`) that the given id belongs to another
journal, and \`end\` (\`{reason}\`) ends the stream because the host is shutting down, the client was too slow, or its token was withdrawn.`,
    query: stream,
    headers: z.object({
      'Last-Event-ID': z
        .string()
        .optional()
        .meta({ description: 'The id of the last message; takes precedence over `after` and `since`.' }),
    }),
    answers: { 200: { what: 'The events.', content: { 'text/event-stream': z.string() } } },
    problems: ['too_many_streams'],
  },
  listEvents: {
    tag: 'Events',
    summary: 'Past events; paged by after (newest first: by before) and limit, filtered like the stream.',
    query: history,
    answers: ok(eventPageSchema),
  },
  listCommands: {
    tag: 'Events',
    summary: 'Accepted commands, newest first: who gave them, from where and with which program.',
    description:
      'The events of the journal that record a command. Commands that were refused are only in the log of the host. Paged by `before` and `limit` (oldest first: by `after`).',
    query: audit,
    answers: ok(eventPageSchema),
  },
} as const satisfies Operations;
