import { z } from 'zod';
import { countSchema, idSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';

/** The two outputs of a process. */
export const logStreamSchema = z.enum(['stdout', 'stderr'], { error: 'must be stdout or stderr' });

const lineFields = {
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
};

const gapFields = {
  gap: z.literal(true),
  generation: countSchema,
  stream: logStreamSchema.nullable().meta({ description: 'Null: both.' }),
  unwritten: countSchema.optional().meta({
    description: 'How many bytes of output the disk did not take. Absent: what was there was deleted.',
  }),
  from: countSchema,
  to: countSchema.nullable().meta({ description: 'Null: everything after `from`.' }),
};
const GAP = 'Output that was deleted before it could be read, or could not be written.';

const lineSchema = z.strictObject(lineFields).meta({ id: 'LogLine' });
const gapSchema = z.strictObject(gapFields).meta({ id: 'LogGap', description: GAP });

/** One item of the output of a service. */
export const logItemSchema = z.union([lineSchema, gapSchema]);
export type LogItemView = Wire<typeof logItemSchema>;

const searchSchema = z
  .strictObject({
    complete: z.boolean().meta({ description: 'False: continue with `next`; the page may have no line.' }),
    searched_bytes: countSchema.meta({ description: 'How much this part has searched.' }),
    total_bytes: countSchema.meta({ description: 'How much there was to search from where it began.' }),
  })
  .meta({ description: 'Only with `grep`.' });

/** A page of output. */
export const logPageSchema = z
  .strictObject({
    lines: z.array(logItemSchema),
    next: z
      .string()
      .nullable()
      .meta({ description: 'The `after` of the next page; null: there has never been any output.' }),
    previous: z.string().nullable().optional().meta({
      description: 'The `before` of the page before this one; null: this page is empty. Absent in a search.',
    }),
    search: searchSchema.optional(),
  })
  .meta({ id: 'LogPage' });
export type LogPageView = Wire<typeof logPageSchema>;

const service = { service_id: idSchema };

/** One item of the output of several services. */
export const mergedLogItemSchema = z.union([
  z.strictObject({ ...service, ...lineFields }).meta({ id: 'MergedLogLine' }),
  z.strictObject({ ...service, ...gapFields }).meta({ id: 'MergedLogGap', description: GAP }),
]);
export type MergedLogItemView = Wire<typeof mergedLogItemSchema>;

/** A page of the output of several services. */
export const mergedLogPageSchema = z
  .strictObject({
    lines: z.array(mergedLogItemSchema),
    next: z.string().meta({
      description: 'The `after` of the next page, for all services.',
      example: 'pump1-coreio=3:50;pump1-corerl=7:1234',
    }),
    previous: z.string().nullable().optional().meta({
      description:
        'The `before` of the page before this one, for all services; null: this page is empty. Absent in a search.',
    }),
    search: searchSchema.optional(),
  })
  .meta({ id: 'MergedLogPage' });
