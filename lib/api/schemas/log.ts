import { z } from 'zod';
import { countSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';

/** The two outputs of a process. */
export const logStreamSchema = z.enum(['stdout', 'stderr'], { error: 'must be stdout or stderr' });

const lineSchema = z
  .strictObject({
    generation: countSchema,
    stream: logStreamSchema,
    offset: countSchema.meta({ description: 'The start of the line, in bytes since the launch.' }),
    text: z.string(),
    partial: z.enum(['split', 'unfinished']).optional().meta({
      description: '`split`: over 64 KiB, the next part follows. `unfinished`: the launch ended without a newline.',
    }),
  })
  .meta({ id: 'LogLine' });

const gapSchema = z
  .strictObject({
    gap: z.literal(true),
    generation: countSchema,
    stream: logStreamSchema,
    from: countSchema,
    to: countSchema.nullable().meta({ description: 'Null: everything after `from`.' }),
  })
  .meta({ id: 'LogGap', description: 'Output that was deleted before it could be read.' });

/** One item of the output of a service. */
export const logItemSchema = z.union([lineSchema, gapSchema]);
export type LogItemView = Wire<typeof logItemSchema>;

/** A page of output. */
export const logPageSchema = z
  .strictObject({
    lines: z.array(logItemSchema),
    next: z
      .string()
      .nullable()
      .meta({ description: 'The `after` of the next page; null: there has never been any output.' }),
  })
  .meta({ id: 'LogPage' });
