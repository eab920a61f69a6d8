import { StoreUnavailableError } from '../../../lib/model/errors.ts';
import type { WebhookPlace } from '../../../lib/model/webhook.ts';
import type { WebhookRegistry } from '../../../lib/ports/webhooks.ts';

/** A webhook registry in memory that can be made to fail. */
export class MemoryWebhookRegistry implements WebhookRegistry {
  readonly #places = new Map<string, WebhookPlace>();
  isBroken = false;

  places(): Promise<readonly WebhookPlace[]> {
    return this.#answer(() => [...this.#places.values()]);
  }

  keep(place: WebhookPlace): Promise<void> {
    return this.#answer(() => void this.#places.set(place.name, place));
  }

  forget(name: string): Promise<void> {
    return this.#answer(() => void this.#places.delete(name));
  }

  #answer<T>(act: () => T): Promise<T> {
    return this.isBroken ? Promise.reject(new StoreUnavailableError('The book is broken.')) : Promise.resolve(act());
  }
}
