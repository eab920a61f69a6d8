import { z } from 'zod';
import { countSchema, idSchema, instantSchema, placeSchema, reasonSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';
import { eventCauseSchema, exitClassSchema, stateSchema, substateSchema } from './state.ts';

const standing = {
  state: stateSchema.nullable().meta({ description: 'Null: the journal does not go back that far.' }),
  substate: substateSchema,
};
const process = {
  generation: countSchema.nullable(),
  pid: z.int().nullable().meta({ description: 'The pid of the live process; null: there was none.' }),
  place: placeSchema,
};
const step = {
  seq: countSchema.meta({ description: 'The `seq` of the event.' }),
  at: instantSchema,
  ...standing,
  from: z.string().nullable().meta({ description: 'The previous state; null: the step did not change it.' }),
  type: z.string().meta({ description: 'The type of the event.' }),
  cause: eventCauseSchema,
  reason: reasonSchema.meta({
    description: 'The reason of the actor from then on, which is not always why the step was taken: see `why`.',
  }),
  why: z.string().nullable().meta({
    description: 'Why the step was taken, as a phrase without a capital letter or full stop; null: unknown.',
    example: 'it stayed up long enough to count as started',
  }),
  sentence: z.string().meta({ description: 'What happened and why, as a sentence.' }),
  correlation_id: z.string().nullable(),
};
const next = countSchema
  .nullable()
  .meta({ description: 'The `after` of the next page, or its `before` if newest first; null at the end.' });

/** The past states of a service, step by step. */
export const serviceHistorySchema = z
  .strictObject({
    service_id: idSchema,
    initially: z
      .strictObject({ ...standing, ...process })
      .meta({ description: 'The state before the oldest of these steps.' }),
    steps: z.array(
      z.strictObject({
        ...step,
        ...process,
        exit: z
          .strictObject({ code: z.int().nullable(), signal: z.string().nullable(), class: exitClassSchema })
          .nullable()
          .meta({ description: 'Set if the step is the end of the process.' }),
      }),
    ),
    next,
  })
  .meta({ id: 'ServicePast' });
export type ServiceHistoryView = Wire<typeof serviceHistorySchema>;

/** The same for an agent. */
export const agentHistorySchema = z
  .strictObject({
    agent_id: idSchema,
    initially: z.strictObject(standing).meta({ description: 'The state before the oldest of these steps.' }),
    steps: z.array(z.strictObject(step)),
    next,
  })
  .meta({ id: 'AgentPast' });
export type AgentHistoryView = Wire<typeof agentHistorySchema>;
