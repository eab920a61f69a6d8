import { z } from 'zod';

import { appliedConfiguration } from '../../model/configuration/applied-schema.ts';
import type { ConfigRevision, ConfigSubject, StoredConfiguration } from '../../model/configuration/applied.ts';
import type { ConfigurationDraft } from '../../ports/actor-store.ts';
import { rowFor, type RowWrite } from './batch.ts';
import { jsonOf, type RowSource } from './row-reader.ts';

const COLUMNS = ['number', 'at', 'subject', 'revision', 'actor', 'correlation_id'] as const;

/** Whose configuration it is. */
export const configSubject = z.union([
  z.literal('host'),
  z.templateLiteral(['agent:', z.string().min(1)]),
  z.templateLiteral(['service:', z.string().min(1)]),
]) satisfies z.ZodType<ConfigSubject>;

const revisionColumns = z.strictObject({
  number: z.int().positive(),
  at: z.number(),
  subject: configSubject,
  revision: z.string(),
  actor: z.string().nullable(),
  correlation_id: z.string().nullable(),
});

/** Revisions without their content. */
export const CONFIG_REVISIONS: RowSource<ConfigRevision> = {
  table: 'config_revision',
  columns: COLUMNS.join(', '),
  shape: revisionColumns.transform(withoutSnakes),
};

/** Revisions with their content. */
export const CONFIGURATIONS: RowSource<StoredConfiguration> = {
  table: 'config_revision',
  columns: [...COLUMNS, 'content'].join(', '),
  shape: revisionColumns
    .extend({ content: jsonOf(appliedConfiguration) })
    .transform(({ content, ...row }): StoredConfiguration => ({ ...withoutSnakes(row), content })),
};

function withoutSnakes({ correlation_id: correlationId, ...row }: z.infer<typeof revisionColumns>): ConfigRevision {
  return { ...row, correlationId };
}

const APPEND = {
  table: 'config_revision',
  sql: `INSERT INTO config_revision (at, subject, revision, actor, correlation_id, content)
        SELECT given.value ->> 0, given.value ->> 1, given.value ->> 2, given.value ->> 3, given.value ->> 4, given.value ->> 5
        FROM json_each(?1) AS given
        WHERE given.value ->> 2 IS NOT (SELECT newest.revision FROM config_revision AS newest
          WHERE newest.subject = given.value ->> 1 ORDER BY newest.number DESC LIMIT 1)`,
} as const;

/** Adds a configuration, unless it equals the newest one of its subject. */
export function appendConfiguration(draft: ConfigurationDraft): RowWrite {
  const { at, subject, revision, actor, correlationId, content } = draft;
  return rowFor(APPEND, subject, [at, subject, revision, actor, correlationId, JSON.stringify(content)]);
}

const PRUNE_SUBJECT = {
  table: 'config_revision',
  sql: `DELETE FROM config_revision WHERE number IN (SELECT number FROM (
          SELECT one.number, given.value ->> 1 AS kept,
            row_number() OVER (PARTITION BY one.subject ORDER BY one.number DESC) AS place
          FROM json_each(?1) AS given JOIN config_revision AS one ON one.subject = given.value ->> 0)
        WHERE place > kept)`,
} as const;

/** Deletes all but the newest configurations of a subject. */
export function pruneConfigurations(subject: ConfigSubject, kept: number): RowWrite {
  return rowFor(PRUNE_SUBJECT, subject, [subject, kept]);
}
