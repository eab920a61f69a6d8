import { z } from 'zod';

import type { KeptAnswer, IdempotencyRecord } from '../../model/idempotency.ts';
import { inserter, type RowWrite } from './batch.ts';
import { jsonOf, type RowSource } from './row-reader.ts';

const COLUMNS = ['key', 'fingerprint', 'subject', 'answer', 'at'] as const;
const UPDATES = COLUMNS.slice(1).map((column) => `${column} = excluded.${column}`);
const upsert = inserter('receipt', COLUMNS, `ON CONFLICT (key) DO UPDATE SET ${UPDATES.join(', ')}`);

const answer = z.strictObject({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
}) satisfies z.ZodType<KeptAnswer>;

/** All idempotency records. The table is called `receipt` in the schema. */
export const IDEMPOTENCY_RECORDS: RowSource<IdempotencyRecord> = {
  table: 'receipt',
  columns: COLUMNS.join(', '),
  shape: z.strictObject({
    key: z.string().min(1),
    fingerprint: z.string(),
    subject: z.string().nullable(),
    answer: z.union([z.null(), jsonOf(answer)]),
    at: z.number(),
  }),
};

/** Inserts an idempotency record, or replaces the one with that key. */
export function putIdempotencyRecord({ key, fingerprint, subject, answer, at }: IdempotencyRecord): RowWrite {
  return upsert(key, { key, fingerprint, subject, answer: answer === null ? null : JSON.stringify(answer), at });
}
