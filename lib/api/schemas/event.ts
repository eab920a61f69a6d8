import { z } from 'zod';
import { countSchema, idSchema, instantSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';
import { eventCauseSchema } from './state.ts';

/** An event of the journal (contract 3.4); fields that do not apply are absent. */
export const eventSchema = z
  .strictObject({
    seq: countSchema.meta({ description: 'Always increases; the id of the event in a stream.' }),
    at: instantSchema,
    type: z.string().meta({ description: 'Dotted, past tense.' }),
    agent_id: idSchema.optional(),
    service_id: idSchema.optional(),
    from: z.string().optional(),
    to: z.string().optional(),
    cause: eventCauseSchema,
    correlation_id: z.string().nullable(),
    actor: z.string().nullable().optional().meta({
      description:
        'Who gave the command: the name of the token; without one the user of a loopback connection, or `socket` for a Unix socket. Null: unknown. Like `address` and `tool`, only for events that record a command of a client.',
    }),
    address: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'The IP address of the client; null for a Unix socket.' }),
    tool: z.string().nullable().optional().meta({
      description: '`cli`, `page`, `client`, or the product that the User-Agent names, such as `curl`. Null: unknown.',
    }),
    repeated: countSchema.optional().meta({
      description:
        'How many events of the same kind between the first one of that day and this one are no longer stored: repeated events of a service or agent are condensed.',
    }),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({
    id: 'Event',
    example: {
      seq: 42,
      at: '2026-01-02T03:04:05.678Z',
      type: 'service.state_changed',
      agent_id: 'pump1',
      service_id: 'pump1-corerl',
      from: 'backoff',
      to: 'starting',
      cause: 'deadline',
      correlation_id: null,
      detail: { substate: 'launching', reason: null, generation: 2 },
    },
  });
export type EventView = Wire<typeof eventSchema>;

/** The other messages of an event stream. */
export const eventGapSchema = z.strictObject({ after: countSchema, oldest: countSchema, reason: z.string() });
export const eventResetSchema = z.strictObject({ asked: countSchema, newest: countSchema, reason: z.string() });
export type EventGap = Wire<typeof eventGapSchema>;
export type EventReset = Wire<typeof eventResetSchema>;

/** An event in a page of the journal. */
const describedEventSchema = eventSchema
  .extend({ sentence: z.string().meta({ description: 'What happened, in words.' }) })
  .meta({ id: 'DescribedEvent' });
export type DescribedEventView = Wire<typeof describedEventSchema>;

/** A page of the journal. */
export const eventPageSchema = z
  .strictObject({
    events: z.array(describedEventSchema),
    next: countSchema
      .nullable()
      .meta({ description: 'The `after` of the next page, or its `before` if newest first; null at the end.' }),
  })
  .meta({ id: 'EventPage' });
