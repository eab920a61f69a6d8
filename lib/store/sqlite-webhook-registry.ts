import { z } from 'zod';
import type { WebhookMute, WebhookPlace } from '../model/webhook.ts';
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

const MUTE_COLUMNS = ['webhook', 'agent_id', 'until', 'since', 'after_seq', 'actor', 'note'] as const;
const MUTE_UPDATES = MUTE_COLUMNS.slice(2).map((column) => `${column} = excluded.${column}`);
const upsertMute = inserter(
  'webhook_mute',
  MUTE_COLUMNS,
  `ON CONFLICT (webhook, agent_id) DO UPDATE SET ${MUTE_UPDATES.join(', ')}`,
);

/** Only the beginning: whether the mute has been ended in the meantime is not known here. */
const MOVE_MUTE = {
  table: 'webhook_mute',
  sql: `UPDATE webhook_mute SET after_seq = moved.value ->> 3 FROM json_each(?1) AS moved
    WHERE (webhook, agent_id, since) = (moved.value ->> 0, moved.value ->> 1, moved.value ->> 2)`,
} as const;

const FORGET_MUTE = {
  table: 'webhook_mute',
  sql: `DELETE FROM webhook_mute WHERE (webhook, agent_id, until) IN
    (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1))`,
} as const;

const FORGET_MUTES_OF = {
  table: 'webhook_mute',
  sql: 'DELETE FROM webhook_mute WHERE webhook IN (SELECT value ->> 0 FROM json_each(?1))',
} as const;

const muteRow = z
  .strictObject({
    webhook: z.string().min(1),
    agent_id: z.string(),
    until: z.int(),
    since: z.int(),
    after_seq: z.int().nonnegative(),
    actor: z.string().nullable(),
    note: z.string().nullable(),
  })
  .transform(({ agent_id, after_seq, ...same }): WebhookMute => ({
    ...same,
    agentId: agent_id === '' ? null : agent_id,
    after: after_seq,
  }));

/** All mutes. */
const MUTES: RowSource<WebhookMute> = { table: 'webhook_mute', columns: MUTE_COLUMNS.join(', '), shape: muteRow };

function keyOf({ webhook, agentId }: WebhookMute): string {
  return JSON.stringify([webhook, agentId]);
}

function moveMute(mute: WebhookMute): RowWrite {
  const { webhook, agentId, since, after } = mute;
  return rowFor(MOVE_MUTE, keyOf(mute), [webhook, agentId ?? '', since, after]);
}

/** The positions and mutes of webhooks in SQLite. */
export class SqliteWebhookRegistry implements WebhookRegistry {
  readonly #context: Pick<StoreContext, 'queue' | 'reader'>;

  constructor(context: Pick<StoreContext, 'queue' | 'reader'>) {
    this.#context = context;
  }

  places(): Promise<readonly WebhookPlace[]> {
    return this.#context.reader.read(WEBHOOKS, 'ORDER BY name');
  }

  keep(place: WebhookPlace, moved: readonly WebhookMute[] = []): Promise<void> {
    return this.#context.queue.write([putWebhook(place), ...moved.map(moveMute)]);
  }

  forget(name: string): Promise<void> {
    return this.#context.queue.write([dropWebhook(name), rowFor(FORGET_MUTES_OF, name, [name])]);
  }

  mutes(): Promise<readonly WebhookMute[]> {
    return this.#context.reader.read(MUTES, 'ORDER BY webhook, agent_id');
  }

  keepMute(mute: WebhookMute): Promise<void> {
    const { agentId, after, ...same } = mute;
    const row = upsertMute(keyOf(mute), { ...same, agent_id: agentId ?? '', after_seq: after });
    return this.#context.queue.write([row]);
  }

  forgetMute(mute: WebhookMute): Promise<void> {
    const { webhook, agentId, until } = mute;
    return this.#context.queue.write([rowFor(FORGET_MUTE, keyOf(mute), [webhook, agentId ?? '', until])]);
  }
}
