import { z } from 'zod';
import type { Wire } from '../wire.ts';

const issueSchema = z
  .strictObject({
    path: z.string().meta({ description: 'The dotted path of the field.' }),
    message: z.string(),
    line: z.int().optional(),
    column: z.int().optional(),
  })
  .meta({ id: 'FieldIssue' });

/** A problem document of RFC 9457. */
export const problemSchema = z
  .strictObject({
    type: z.string().meta({ description: 'Ends in `#` and the code of the problem, or is `about:blank`.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional().meta({ description: 'What is wrong and what to do.' }),
    instance: z.string().optional().meta({ description: 'The path of the request.' }),
    errors: z.array(issueSchema).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = Wire<typeof problemSchema>;
