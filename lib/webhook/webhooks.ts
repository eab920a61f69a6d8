import type { WebhookMute, WebhookPlace, WebhookSpec, WebhookStatus } from '../model/webhook.ts';
import { deprecationOf } from '../model/values/event-type.ts';
import type { OpenWebhooks, WebhookHost, Webhooks } from '../ports/webhooks.ts';
import { webhookRevision } from './envelope.ts';
import { RunningWebhook, type WebhookDeps } from './webhook.ts';

/** What the previous host stored. */
interface Kept {
  readonly places: Map<string, WebhookPlace>;
  readonly mutes: readonly WebhookMute[];
}

/** Webhooks that send over HTTP. */
export function openWebhooks(deps: WebhookDeps): OpenWebhooks {
  return (host) => new HttpWebhooks(host, deps);
}

class HttpWebhooks implements Webhooks {
  readonly #host: WebhookHost;
  readonly #deps: WebhookDeps;
  readonly #running = new Map<string, RunningWebhook>();
  /** The positions and mutes stored by the previous host. */
  #kept: Promise<Kept> | null = null;

  constructor(host: WebhookHost, deps: WebhookDeps) {
    this.#host = host;
    this.#deps = deps;
  }

  async configure(specs: readonly WebhookSpec[]): Promise<void> {
    const kept = await (this.#kept ??= this.#read());
    const names = new Set(specs.map(({ name }) => name));
    for (const name of [...kept.places.keys(), ...this.#running.keys()])
      if (!names.has(name)) await this.#drop(name, kept);
    for (const spec of specs) await this.#begin(spec, kept);
  }

  problems(): readonly string[] {
    const now = this.#deps.clock.now();
    return [...this.#running.values()].flatMap((webhook) => webhook.problem(now) ?? []);
  }

  statuses(): readonly WebhookStatus[] {
    return [...this.#running.values()].map(({ status }) => status);
  }

  async mute(mute: Omit<WebhookMute, 'after'>): Promise<void> {
    await this.#running.get(mute.webhook)?.mute(mute);
  }

  async unmute(webhook: string, agentId: string | null): Promise<void> {
    await this.#running.get(webhook)?.unmute(agentId);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((webhook) => webhook.leave()));
    this.#running.clear();
  }

  async #read(): Promise<Kept> {
    const { registry, log } = this.#deps;
    const places = await registry.places().catch((error: unknown) => {
      log.error({ err: error }, 'cannot read the stored positions of webhooks; they start with new events');
      return [];
    });
    const mutes = await registry.mutes().catch((error: unknown) => {
      log.error({ err: error }, 'cannot read the mutes of webhooks; none is in effect');
      return [];
    });
    return { places: new Map(places.map((place) => [place.name, place])), mutes };
  }

  async #begin(spec: WebhookSpec, { places, mutes: stored }: Kept): Promise<void> {
    const { name } = spec;
    const running = this.#running.get(name);
    if (running?.revision === webhookRevision(spec)) return;
    running?.stop();
    const place = running?.place ?? places.get(name) ?? (await this.#newPlace(name));
    const mutes = running?.mutes ?? stored.filter(({ webhook }) => webhook === name);
    places.delete(name);
    this.#running.set(name, new RunningWebhook(spec, { place, mutes }, this.#host, this.#deps));
    this.#deps.log.info({ webhook: name, position: place.position }, 'webhook started');
    for (const type of spec.filter.types) {
      const warning = deprecationOf(type);
      if (warning !== null) this.#deps.log.warn({ webhook: name }, warning);
    }
  }

  /** Stores the start position at once, so that no event between the configuration and the first delivery is missed. */
  async #newPlace(name: string): Promise<WebhookPlace> {
    const place = { name, position: this.#host.newest(), failingSince: null, goneRevision: null };
    await this.#deps.registry.keep(place).catch((error: unknown) => {
      this.#deps.log.warn({ err: error, webhook: name }, 'cannot store the start position of a webhook');
    });
    return place;
  }

  async #drop(name: string, { places }: Kept): Promise<void> {
    this.#running.get(name)?.stop();
    this.#running.delete(name);
    places.delete(name);
    await this.#deps.registry.forget(name).catch((error: unknown) => {
      this.#deps.log.warn({ err: error, webhook: name }, 'cannot delete the stored position of a removed webhook');
    });
    this.#deps.log.info({ webhook: name }, 'webhook removed: it is no longer configured');
  }
}
