import type { WebhookPlace } from '../model/webhook.ts';
import type { WebhookBook } from '../ports/webhooks.ts';
import type { StoreParts } from './sqlite-actor-store.ts';
import { dropWebhook, putWebhook, WEBHOOKS } from './webhook-rows.ts';

/** How far webhooks are, in SQLite. */
export class SqliteWebhookBook implements WebhookBook {
  readonly #parts: Pick<StoreParts, 'queue' | 'reader'>;

  constructor(parts: Pick<StoreParts, 'queue' | 'reader'>) {
    this.#parts = parts;
  }

  places(): Promise<readonly WebhookPlace[]> {
    return this.#parts.reader.read(WEBHOOKS, 'ORDER BY name');
  }

  keep(place: WebhookPlace): Promise<void> {
    return this.#parts.queue.write([putWebhook(place)]);
  }

  forget(name: string): Promise<void> {
    return this.#parts.queue.write([dropWebhook(name)]);
  }
}
