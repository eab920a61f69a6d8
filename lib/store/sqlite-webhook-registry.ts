import { z } from 'zod';
import type { WebhookPlace } from '../model/webhook.ts';
import type { WebhookRegistry } from '../ports/webhooks.ts';
import { inserter, rowFor, type RowWrite } from './rows/batch.ts';
import type { RowSource } from './rows/row-reader.ts';
import type { StoreContext } from './sqlite-actor-store.ts';

const COLUMNS = ['name', 'position', 'failing_since', 'gone_revision'] as const;
const UPDATES = COLUMNS.slice(1).map((column) => `${column} = excluded.${column}`);
const upsert = inserter('webhook', COLUMNS, `ON CONFLICT (name) DO UPDATE SET ${UPDATES.join(', ')}`);

const FORGET = {
  table: 'webhook',
  sql: 'DELETE FROM webhook WHERE name IN (SELECT value ->> 0 FROM json_each(?1))',
} as const;

const webhookRow = z
  .strictObject({
    name: z.string().min(1),
    position: z.int().nonnegative(),
    failing_since: z.int().nullable(),
    gone_revision: z.string().nullable(),
  })
  .transform(({ name, position, failing_since, gone_revision }): WebhookPlace => ({
    name,
    position,
    failingSince: failing_since,
    goneRevision: gone_revision,
  }));

/** The positions of all webhooks. */
const WEBHOOKS: RowSource<WebhookPlace> = { table: 'webhook', columns: COLUMNS.join(', '), shape: webhookRow };

/** Inserts a position, or replaces the one with that name. */
function putWebhook({ name, position, failingSince, goneRevision }: WebhookPlace): RowWrite {
  return upsert(name, { name, position, failing_since: failingSince, gone_revision: goneRevision });
}

/** Deletes a position. */
function dropWebhook(name: string): RowWrite {
  return rowFor(FORGET, name, [name]);
}

/** The positions of webhooks in SQLite. */
export class SqliteWebhookRegistry implements WebhookRegistry {
  readonly #context: Pick<StoreContext, 'queue' | 'reader'>;

  constructor(context: Pick<StoreContext, 'queue' | 'reader'>) {
    this.#context = context;
  }

  places(): Promise<readonly WebhookPlace[]> {
    return this.#context.reader.read(WEBHOOKS, 'ORDER BY name');
  }

  keep(place: WebhookPlace): Promise<void> {
    return this.#context.queue.write([putWebhook(place)]);
  }

  forget(name: string): Promise<void> {
    return this.#context.queue.write([dropWebhook(name)]);
  }
}
