import { z } from 'zod';
import { LANE_STATES, MARK_KINDS } from '../../model/timeline.ts';
import { countSchema, idSchema, instantSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';

const offsetSchema = z.int().meta({ description: 'Milliseconds after `since`.' });
const laneStateSchema = z
  .enum(LANE_STATES)
  .nullable()
  .meta({ description: 'A state; `unready` is `running` without being ready. Null: unknown.' });

/** Columns: a period may have many thousands of entries. */
const laneColumns = {
  states: z
    .strictObject({
      at: z.array(offsetSchema),
      state: z.array(laneStateSchema).meta({ description: 'From then on.' }),
      worst: z
        .array(laneStateSchema)
        .meta({ description: 'The most urgent one of the changes that the entry stands for.' }),
      count: z
        .array(countSchema)
        .meta({ description: 'How many changes the entry stands for; 0: none is stored, the host knows the state.' }),
    })
    .meta({ description: 'The changes of state, in the order of time, as columns.' }),
  marks: z
    .strictObject({
      at: z.array(offsetSchema),
      kind: z.array(z.enum(MARK_KINDS)),
      seq: z.array(countSchema).meta({ description: 'The event, or the first of those that the mark stands for.' }),
      count: z.array(countSchema),
    })
    .meta({ description: 'All other events, as columns.' }),
  condensed: z
    .array(z.strictObject({ from: offsetSchema, to: offsetSchema, count: countSchema }))
    .meta({ description: 'Times of whose events only the first and the last of each kind are stored.' }),
};

/** The past of services and host in a period, by time. */
export const timelineSchema = z
  .strictObject({
    since: instantSchema,
    until: instantSchema,
    now: instantSchema.meta({ description: 'The time of the host: nothing later is known.' }),
    stored_since: instantSchema
      .nullable()
      .meta({ description: 'The oldest stored event; nothing earlier is known. Null: there is none.' }),
    resolution_ms: z.int().min(1).meta({
      description:
        'Changes of state, and events of one kind, of a lane within one such period are one entry. More than was asked for if there were too many.',
    }),
    absences: z
      .array(
        z.strictObject({
          from: offsetSchema,
          to: offsetSchema,
          exact: z.boolean().meta({
            description: 'False: the host was killed; it was last known to be alive at `from`.',
          }),
        }),
      )
      .meta({ description: 'Times without a host: states are not known then.' }),
    health: z
      .strictObject({ at: z.array(offsetSchema), status: z.array(z.enum(['healthy', 'degraded']).nullable()) })
      .meta({ description: 'The health of the host from each instant on; null: that host did not record it.' }),
    host: z.strictObject(laneColumns).meta({ description: 'Events of the host and of agents.' }),
    lanes: z.array(
      z.strictObject({
        service_id: idSchema,
        known: z.boolean().meta({ description: 'False: the host no longer has this service.' }),
        initially: laneStateSchema.meta({ description: 'The state at `since`; null: unknown.' }),
        ...laneColumns,
      }),
    ),
  })
  .meta({ id: 'Timeline' });
export type TimelineView = Wire<typeof timelineSchema>;
