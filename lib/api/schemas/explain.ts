import { z } from 'zod';
import { CONDITIONS } from '../../model/spec.ts';
import { countSchema, idSchema, instantSchema, reasonSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';
import { pinSchema } from './version.ts';
import { outputTailSchema } from './launch.ts';
import {
  eventCauseSchema,
  exitClassSchema,
  intendedSchema,
  reasonCodeSchema,
  stateSchema,
  substateSchema,
} from './state.ts';

/** A link in the chain of causes: a journal event with its sentence. */
export const causeSchema = z
  .strictObject({
    seq: countSchema,
    at: instantSchema,
    type: z.string(),
    from: z.string().optional(),
    to: z.string().optional(),
    cause: eventCauseSchema,
    correlation_id: z.string().nullable(),
    sentence: z.string(),
  })
  .meta({ id: 'Cause' });
export type CauseView = Wire<typeof causeSchema>;

/** Something that will happen next. */
export const nextSchema = z
  .strictObject({
    what: z.string(),
    at: instantSchema.nullable().meta({ description: 'Null: as soon as the condition is met.' }),
    in_ms: z.number().nullable(),
    sentence: z.string(),
  })
  .meta({ id: 'Next' });
export type NextView = Wire<typeof nextSchema>;

/** A dependency that a service waits for, in its current state. */
export const awaitedSchema = z
  .strictObject({
    service_id: idSchema,
    condition: z.enum(CONDITIONS),
    state: stateSchema.nullable().meta({ description: 'Null: the service does not exist.' }),
    substate: substateSchema,
    reason: reasonSchema,
    reason_code: reasonCodeSchema,
    sentence: z.string(),
  })
  .meta({ id: 'Awaited' });
export type AwaitedView = Wire<typeof awaitedSchema>;

/** The consequence of a supposed exit now. */
export const ifExitSchema = z
  .strictObject({
    code: z.int().optional(),
    signal: z.string().optional(),
    class: exitClassSchema,
    next: z.enum(['restart', 'complete', 'fail', 'fall_back', 'stop', 'nothing']),
    at_least_ms: z.number().optional().meta({ description: 'The minimum delay before it, if there is one.' }),
    siblings: z.array(idSchema).meta({ description: 'Services of its group that would be restarted with it.' }),
    sentence: z.string(),
  })
  .meta({ id: 'IfExit' });
export type IfExitView = Wire<typeof ifExitSchema>;

const probeFailureSchema = z
  .strictObject({
    probe: z.enum(['startup', 'readiness', 'liveness']),
    generation: countSchema,
    at: instantSchema,
    reason: z.string(),
  })
  .meta({ id: 'ProbeFailure' });

const budgetSchema = z
  .strictObject({
    restarts: countSchema.meta({ description: 'Restarts that count now.' }),
    max_restarts: countSchema.nullable().meta({ description: 'Null: unlimited.' }),
    period_ms: z.number().nullable().meta({ description: 'Null: `intensity` is unlimited.' }),
    resets_after_ms: z
      .number()
      .meta({ description: 'After this long in `running`, the backoff starts again at its first delay.' }),
    next_delay_ms: z.number().nullable().meta({
      description: 'The delay, before jitter, if it failed now; null: it would not be restarted automatically.',
    }),
  })
  .meta({ id: 'RestartBudget' });

/** Why a service is in its state and what happens next (contract 3.2). */
export const explainSchema = z
  .strictObject({
    id: idSchema,
    state: stateSchema,
    substate: substateSchema,
    intended_state: intendedSchema,
    since: instantSchema,
    summary: z.string(),
    waits_for: z.array(awaitedSchema),
    causes: z.array(causeSchema).meta({ description: 'Newest first, at most 20, back to the original cause.' }),
    causes_unavailable: z
      .string()
      .optional()
      .meta({ description: 'Why there are no causes: the journal could not be read.' }),
    next: z.array(nextSchema),
    budget: budgetSchema,
    probe_failures: z
      .array(probeFailureSchema)
      .meta({ description: 'The last failed check of each probe that this host has seen, whatever the thresholds.' }),
    output_tail: outputTailSchema
      .nullable()
      .meta({ description: 'The last words of the last process that ended. Null: none has, or its output is gone.' }),
    holders: z.array(z.string()),
    pin: pinSchema.nullable().meta({ description: 'As in the service.' }),
    revision: z.string(),
    running_revision: z.string().nullable(),
    if_exit: ifExitSchema.optional(),
  })
  .meta({ id: 'Explanation' });
export type ExplainView = Wire<typeof explainSchema>;
