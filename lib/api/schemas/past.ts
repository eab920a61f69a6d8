import { z } from 'zod';
import { countSchema, idSchema, instantSchema, reasonSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';
import { eventCauseSchema, exitClassSchema, stateSchema, substateSchema } from './state.ts';

const standing = {
  state: stateSchema.nullable().meta({ description: 'Null: the journal does not go back that far.' }),
  substate: substateSchema,
};
const process = {
  generation: countSchema.nullable(),
  pid: z.int().nullable().meta({ description: 'Of the live process; null: there was none.' }),
};
const step = {
  seq: countSchema.meta({ description: 'The event that the step is.' }),
  at: instantSchema,
  ...standing,
  from: z.string().nullable().meta({ description: 'The state before; null: the step is no change of it.' }),
  type: z.string().meta({ description: 'The type of the event.' }),
  cause: eventCauseSchema,
  reason: reasonSchema.meta({
    description: 'What was said of the actor from then on, which need not be why the step was taken: see `why`.',
  }),
  why: z.string().nullable().meta({
    description: 'Why it came to the step, in words, without capital and full stop; null: nothing is known.',
    example: 'it stayed up long enough to count as started',
  }),
  sentence: z.string().meta({ description: 'What happened, and why, as a sentence.' }),
  correlation_id: z.string().nullable(),
};
const next = countSchema
  .nullable()
  .meta({ description: 'The `after` of the following page, newest first its `before`; null at the end.' });

/** What was the case with a service, step by step. */
export const servicePastSchema = z
  .strictObject({
    service_id: idSchema,
    initially: z
      .strictObject({ ...standing, ...process })
      .meta({ description: 'What was the case before the oldest of these steps.' }),
    steps: z.array(
      z.strictObject({
        ...step,
        ...process,
        exit: z
          .strictObject({ code: z.int().nullable(), signal: z.string().nullable(), class: exitClassSchema })
          .nullable()
          .meta({ description: 'Where the step is the end of the process.' }),
      }),
    ),
    next,
  })
  .meta({ id: 'ServicePast' });
export type ServicePastView = Wire<typeof servicePastSchema>;

/** The same of an agent. */
export const agentPastSchema = z
  .strictObject({
    agent_id: idSchema,
    initially: z.strictObject(standing).meta({ description: 'What was the case before the oldest of these steps.' }),
    steps: z.array(z.strictObject(step)),
    next,
  })
  .meta({ id: 'AgentPast' });
export type AgentPastView = Wire<typeof agentPastSchema>;
