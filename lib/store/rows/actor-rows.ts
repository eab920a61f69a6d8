import { z } from 'zod';

import type { Instant } from '../../model/values/time.ts';
import type { ActorRow } from '../../ports/actor-store.ts';
import { inserter, rowFor, type RowWrite } from './batch.ts';
import type { RowSource } from './row-reader.ts';

const COLUMNS = ['path', 'id', 'parent', 'src', 'system_id', 'version', 'state', 'snapshot', 'updated_at'] as const;
const UPDATES = COLUMNS.slice(1).map((column) => `${column} = excluded.${column}`);
// An upsert keeps the ordinal, and thus the position in the order of first insertion.
const upsert = inserter(
  'actor_snapshot',
  COLUMNS,
  `ON CONFLICT (path) DO UPDATE SET rev = rev + 1, ${UPDATES.join(', ')}`,
);

const REMOVAL = {
  table: 'actor_snapshot',
  sql: 'DELETE FROM actor_snapshot WHERE path IN (SELECT value ->> 0 FROM json_each(?1))',
} as const;

// A newer row with the same path is a different row, so the snapshot is compared too.
const DISPLACEMENT = {
  table: 'actor_snapshot',
  sql: `DELETE FROM actor_snapshot WHERE (path, snapshot) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))`,
} as const;

const actorRow = z
  .strictObject({
    path: z.string().regex(/^[^/]+$/, 'a path is not empty and has no slash'),
    id: z.string().min(1),
    parent: z.string().nullable(),
    src: z.string().min(1),
    system_id: z.string().nullable(),
    version: z.string(),
    state: z.string(),
    snapshot: z.string(),
  })
  .transform(({ system_id, ...row }): ActorRow => ({ ...row, systemId: system_id }));

/** All actors, in the order of their first insertion. */
export const ACTORS: RowSource<ActorRow> = {
  table: 'actor_snapshot',
  columns: 'path, id, parent, src, system_id, version, state, snapshot',
  shape: actorRow,
};

/** Inserts an actor, or updates the one with that path. */
export function upsertActor(row: ActorRow, updatedAt: Instant): RowWrite {
  const { path, id, parent, src, version, state, snapshot } = row;
  return upsert(path, {
    ...{ path, id, parent, src, version, state, snapshot },
    system_id: row.systemId,
    updated_at: updatedAt,
  });
}

/** Removes the actor with that path, if there is one. */
export function removeActor(path: string): RowWrite {
  return rowFor(REMOVAL, path, [path]);
}

/** Removes exactly this row, but not a newer one with the same path. */
export function displaceActor({ path, snapshot }: ActorRow): RowWrite {
  return rowFor(DISPLACEMENT, path, [path, snapshot]);
}
