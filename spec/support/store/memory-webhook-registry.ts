import { StoreUnavailableError } from '../../../lib/model/errors.ts';
import type { WebhookMute, WebhookPlace } from '../../../lib/model/webhook.ts';
import type { WebhookRegistry } from '../../../lib/ports/webhooks.ts';

/** A webhook registry in memory that can be made to fail. */
export class MemoryWebhookRegistry implements WebhookRegistry {
  readonly #places = new Map<string, WebhookPlace>();
  #mutes: readonly WebhookMute[] = [];
  isBroken = false;
  /** The number of changes. */
  writes = 0;

  /** Another registry with the same positions. */
  forked(): MemoryWebhookRegistry {
    const fork = new MemoryWebhookRegistry();
    for (const [name, place] of this.#places) fork.#places.set(name, place);
    fork.#mutes = this.#mutes;
    return Object.assign(fork, { isBroken: this.isBroken, writes: this.writes });
  }

  places(): Promise<readonly WebhookPlace[]> {
    return this.#answer(() => [...this.#places.values()]);
  }

  keep(place: WebhookPlace, moved: readonly WebhookMute[] = []): Promise<void> {
    return this.#answer(() => {
      this.#places.set(place.name, place);
      this.#mutes = this.#mutes.map((mute) => {
        const after = moved.find((one) => isSame(one, mute) && one.since === mute.since)?.after;
        return after === undefined ? mute : { ...mute, after };
      });
      this.writes += 1;
    });
  }

  forget(name: string): Promise<void> {
    return this.#answer(() => {
      this.#mutes = this.#mutes.filter(({ webhook }) => webhook !== name);
      if (this.#places.delete(name)) this.writes += 1;
    });
  }

  mutes(): Promise<readonly WebhookMute[]> {
    return this.#answer(() => this.#mutes);
  }

  keepMute(mute: WebhookMute): Promise<void> {
    return this.#answer(() => {
      this.#mutes = [...this.#mutes.filter((other) => !isSame(other, mute)), mute];
      this.writes += 1;
    });
  }

  forgetMute(mute: WebhookMute): Promise<void> {
    return this.#answer(() => {
      this.#mutes = this.#mutes.filter((other) => !isSame(other, mute) || other.until !== mute.until);
      this.writes += 1;
    });
  }

  #answer<T>(act: () => T): Promise<T> {
    return this.isBroken ? Promise.reject(new StoreUnavailableError('The book is broken.')) : Promise.resolve(act());
  }
}

function isSame(one: WebhookMute, other: WebhookMute): boolean {
  return one.webhook === other.webhook && one.agentId === other.agentId;
}
