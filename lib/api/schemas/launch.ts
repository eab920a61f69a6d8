import { z } from 'zod';
import { countSchema, idSchema, instantSchema, placeSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';
import { logStreamSchema } from './log.ts';
import { eventCauseSchema, exitClassSchema } from './state.ts';

/** The last lines that a launch wrote. */
export const tailSchema = z
  .array(z.strictObject({ at: z.string().nullable(), stream: logStreamSchema, text: z.string() }))
  .meta({ description: 'At most 20 lines and 4 KiB; values of the environment are replaced by `${NAME}`.' });

/** The last lines of one launch, with its number. */
export const outputTailSchema = z
  .strictObject({ generation: countSchema, lines: tailSchema })
  .meta({ id: 'OutputTail' });
export type OutputTailView = Wire<typeof outputTailSchema>;

/** What was measured of a process that has ended. */
export const measuredFields = {
  uptime_ms: countSchema.nullable().meta({ description: 'From its launch to its end; null: unknown.' }),
  max_rss: countSchema.nullable().meta({
    description:
      'The most memory that the process, or a descendant that it waited for, had at any time, in bytes; null: its shim does not measure it.',
  }),
  cpu_ms: countSchema.nullable().meta({
    description: 'The CPU time of the process and of the descendants that it waited for; null as above.',
  }),
};

/** Why it ended, if not by its own doing. */
export const becauseSchema = z.string().nullable().meta({
  description: 'What ended it besides its own doing, as a clause; null: nothing else is known.',
  example: 'the machine was rebooted',
});

/** One launch of a service. */
export const launchSchema = z
  .strictObject({
    generation: countSchema,
    pid: z
      .int()
      .nullable()
      .meta({ description: 'Null: its program has not begun to run, or it ran elsewhere, see `place`.' }),
    place: placeSchema,
    version: z.string().nullable(),
    executable: z.string(),
    revision: z.string().nullable().meta({ description: 'The revision of the spec that it was launched with.' }),
    launched_at: instantSchema,
    ended_at: instantSchema.nullable().meta({ description: 'Null: it has not ended.' }),
    exit: z
      .strictObject({
        code: z.int().nullable(),
        signal: z.string().nullable(),
        class: exitClassSchema
          .nullable()
          .meta({ description: 'Null: not known yet, or ended under an earlier version.' }),
        because: becauseSchema,
      })
      .nullable(),
    cause: eventCauseSchema.nullable().meta({ description: 'The `cause` of the event of its end; null as above.' }),
    stable: z.boolean().meta({ description: 'It was up for `backoff.reset_after` when it ended.' }),
    ...measuredFields,
    output_tail: tailSchema
      .nullable()
      .meta({ description: 'Null: it has not ended, or nothing was left of its output.' }),
  })
  .meta({ id: 'Launch' });
export type LaunchView = Wire<typeof launchSchema>;

/** A launch that failed, next to the last one before it that was stable. */
export const comparisonSchema = z
  .strictObject({
    failed: launchSchema,
    stable: launchSchema.nullable().meta({ description: 'Null: no earlier launch was stable.' }),
    variables: z.array(z.string()).meta({
      description:
        'The names of the environment variables of its spec that only one of the two had, or that had another value. Never their values.',
    }),
  })
  .meta({ id: 'LaunchComparison' });
export type ComparisonView = Wire<typeof comparisonSchema>;

/** A page of launches. */
export const launchPageSchema = z
  .strictObject({
    service_id: idSchema,
    launches: z.array(launchSchema),
    next: countSchema.nullable().meta({ description: 'The `before` of the next page; null at the end.' }),
    comparison: comparisonSchema.nullable().meta({ description: 'Null: no launch has failed.' }),
  })
  .meta({ id: 'LaunchPage' });
export type LaunchPageView = Wire<typeof launchPageSchema>;
