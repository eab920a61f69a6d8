import type { WebhookPlace } from '../model/webhook.ts';

/** Where webhooks keep how far they are. Throws StoreUnavailableError. */
export interface WebhookBook {
  places(): Promise<readonly WebhookPlace[]>;
  /** Resolves when it is durable; replaces what was kept under the name. */
  keep(place: WebhookPlace): Promise<void>;
  forget(name: string): Promise<void>;
}
