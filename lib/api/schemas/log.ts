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
    at: z.string().nullable().meta({
      description:
        'When it was read from the service, with nanoseconds (UTC); null: of a launch that writes to plain files.',
      example: '2026-11-27T10:00:00.123456789Z',
    }),
    text: z.string(),
    partial: z
      .enum(['split', 'unfinished'])
      .optional()
      .meta({
        description:
          '`split`: over 64 KiB, the next part follows. `unfinished`: its end has not been written, or not before a line of ' +
          'the other stream; what follows of it is the next line of this stream.',
      }),
    context: z
      .literal(true)
      .optional()
      .meta({ description: 'It does not match `grep`, but is next to a line that does.' }),
  })
  .meta({ id: 'LogLine' });

const gapSchema = z
  .strictObject({
    gap: z.literal(true),
    generation: countSchema,
    stream: logStreamSchema.nullable().meta({ description: 'Null: both.' }),
    unwritten: countSchema.optional().meta({
      description: 'How many bytes of output the disk did not take. Absent: what was there was deleted.',
    }),
    from: countSchema,
    to: countSchema.nullable().meta({ description: 'Null: everything after `from`.' }),
  })
  .meta({ id: 'LogGap', description: 'Output that was deleted before it could be read, or could not be written.' });

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
    previous: z.string().nullable().optional().meta({
      description:
        'The `before` of the page before this one. Null: this page is empty, or begins in plain files. Absent in a search.',
    }),
    search: z
      .strictObject({
        complete: z.boolean().meta({ description: 'False: continue with `next`; the page may have no line.' }),
        searched_bytes: countSchema.meta({ description: 'How much this part has searched.' }),
        total_bytes: countSchema.meta({ description: 'How much there was to search from where it began.' }),
      })
      .optional()
      .meta({ description: 'Only with `grep`.' }),
  })
  .meta({ id: 'LogPage' });
export type LogPageView = Wire<typeof logPageSchema>;
