import { createActor, fromPromise, toPromise, type ActorRefFrom, type AnyActorRef, type InputFrom } from 'xstate';
import type { JournalEntry } from '../model/journal.ts';
import type { Instant } from '../model/values/time.ts';
import { isoOf } from '../model/values/time.ts';
import type { WebhookMute, WebhookPlace, WebhookSpec, WebhookStatus } from '../model/webhook.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { WebhookRegistry, WebhookHost } from '../ports/webhooks.ts';
import { Delivery, type SenderIdentity } from './delivery.ts';
import { webhookRevision } from './envelope.ts';
import { createWebhookMachine } from './machine.ts';
import { afterOf, readHeldBack, storedMute, type Behind, type HeldBack, type HeldBackQuery } from './mutes.ts';
import { placeOf, type WebhookContext, type WebhookEffects } from './setup.ts';
import { isAbout, Source, type Next } from './source.ts';

/** A shorter failure is not reported as a problem: receivers are restarted, too. */
const FAILING_LONG_MS = 5 * 60_000;

/** What webhooks need. */
export interface WebhookDeps {
  readonly registry: WebhookRegistry;
  readonly clock: Clock;
  /** Default: real time. */
  readonly timers?: Timers | undefined;
  readonly log: Log;
  /** Called with the actor of each webhook before it starts; what it returns is called once it has ended. */
  readonly onActor?: (actor: AnyActorRef) => () => void;
  readonly identity: SenderIdentity;
  /** Default: over HTTP. */
  readonly deliveryTo?: (spec: WebhookSpec) => Pick<Delivery, 'attempt' | 'close'>;
}

/** A running webhook. */
export class RunningWebhook {
  readonly spec: WebhookSpec;
  readonly revision: string;
  readonly #deps: WebhookDeps;
  readonly #source: Source;
  readonly #delivery: Pick<Delivery, 'attempt' | 'close'>;
  readonly #actor: ActorRefFrom<ReturnType<typeof createWebhookMachine>>;
  readonly #ended: Promise<unknown>;
  readonly #forget: () => void;

  constructor(
    spec: WebhookSpec,
    { place, mutes }: { readonly place: WebhookPlace; readonly mutes: readonly WebhookMute[] },
    host: WebhookHost,
    deps: WebhookDeps,
  ) {
    const { clock, timers } = deps;
    this.spec = spec;
    this.revision = webhookRevision(spec);
    this.#deps = deps;
    this.#source = new Source(host, spec.name, spec.filter);
    this.#delivery = deps.deliveryTo?.(spec) ?? new Delivery(spec, deps.identity);
    const { name, giveUpAfterMs } = spec;
    this.#actor = createActor(createWebhookMachine(this.#effects(host), clock), {
      id: `webhook:${name}`,
      input: { spec: { name, giveUpAfterMs }, revision: this.revision, place, mutes },
      ...(timers === undefined ? {} : { clock: timers }),
    });
    this.#ended = toPromise(this.#actor).catch((error: unknown) => {
      deps.log.error({ err: error, webhook: name }, 'webhook failed unexpectedly');
    });
    this.#forget = deps.onActor?.(this.#actor) ?? (() => undefined);
    this.#actor.start();
  }

  /** Its current position. */
  get place(): WebhookPlace {
    return placeOf(this.#actor.getSnapshot().context);
  }

  /** Its mutes, with those of which something is still to be sent. */
  get mutes(): readonly WebhookMute[] {
    const { mutes, ending } = this.#actor.getSnapshot().context;
    return [...mutes, ...(ending === null ? [] : [ending.mute])].map(storedMute);
  }

  get status(): WebhookStatus {
    const { context, status } = this.#actor.getSnapshot();
    const { failingSince, reason, goneRevision, mutes } = context;
    const isDelivering = failingSince === null ? 'delivering' : 'failing';
    const state = status === 'error' ? 'stopped' : goneRevision === null ? isDelivering : 'disabled';
    const active = mutes.filter(({ end }) => end === null).map(storedMute);
    return { name: this.spec.name, state, failingSince, reason, mutes: active };
  }

  /** Stores a mute, then holds events back. */
  async mute(mute: Omit<WebhookMute, 'after'>): Promise<void> {
    const stored = { ...mute, after: afterOf(mute.agentId, this.#actor.getSnapshot().context) };
    await this.#deps.registry.keepMute(stored);
    this.#actor.send({ type: 'webhook.mute', mute: stored });
  }

  /** Stores that a mute is over, then ends it. */
  async unmute(agentId: string | null): Promise<void> {
    const mute = this.status.mutes.find((one) => one.agentId === agentId);
    if (mute === undefined) return;
    await this.#deps.registry.keepMute({ ...mute, until: Math.min(mute.until, this.#deps.clock.now()) });
    this.#actor.send({ type: 'webhook.unmute', agentId });
  }

  /** What an operator has to know, as a sentence; null: nothing. */
  problem(now: Instant): string | null {
    const { context, status } = this.#actor.getSnapshot();
    const { failingSince, reason, goneRevision } = context;
    const webhook = `Webhook "${this.spec.name}"`;
    if (status === 'error')
      return `${webhook} stopped because of a bug in Coredinator; it continues after a restart of the host. The log says more.`;
    if (goneRevision !== null) {
      return `${webhook} is disabled because its receiver returned 410 Gone; change or remove it in the configuration.`;
    }
    if (failingSince === null || now - failingSince < FAILING_LONG_MS) return null;
    const why = reason === null ? '' : `: ${reason}`;
    return `${webhook} has delivered nothing since ${isoOf(failingSince)}${why}; its events are waiting. Check its receiver.`;
  }

  /** Aborts a delivery in progress. */
  stop(): void {
    this.#actor.stop();
    this.#forget();
    this.#source.close();
    this.#delivery.close();
  }

  /** Lets a delivery in progress finish, for at most one second. */
  async leave(): Promise<void> {
    this.#actor.send({ type: 'webhook.leave' });
    await this.#ended;
    this.stop();
  }

  async #dataOf(entry: JournalEntry, host: WebhookHost): Promise<object> {
    const view = host.view(entry);
    const isWanted = this.spec.includeOutput === true && entry.type === 'process.exited';
    return isWanted ? { ...view, output_tail: await host.tail(entry) } : view;
  }

  #effects(host: WebhookHost): WebhookEffects {
    const { registry, log } = this.#deps;
    const { name } = this.spec;
    return {
      nextEvent: fromPromise<Next, number>(({ input }) => this.#source.next(input)),
      deliver: fromPromise(({ input, signal }: { input: JournalEntry; signal: AbortSignal }) =>
        this.#dataOf(input, host).then((data) => this.#delivery.attempt(input, data, signal)),
      ),
      keepPlace: fromPromise(async ({ input: { place, moved } }: { input: InputFrom<WebhookEffects['keepPlace']> }) => {
        await registry.keep(place, moved.map(storedMute)).catch((error: unknown) => {
          log.warn(
            { err: error, webhook: name },
            'cannot store the position of a webhook; events may be delivered twice',
          );
        });
      }),
      readHeldBack: fromPromise<HeldBack | Behind, HeldBackQuery>(({ input }) =>
        readHeldBack(input, this.spec.filter, host, (entry) => isAbout(name, entry)),
      ),
      forgetMute: fromPromise(async ({ input }: { input: WebhookMute }) => {
        await registry.forgetMute(input).catch((error: unknown) => {
          log.warn({ err: error, webhook: name }, 'cannot delete a mute that is over; it ends again after a restart');
        });
      }),
      newest: () => host.newest(),
      log: (what, context) => {
        logDelivery(log, what, context);
      },
      noted: (type, detail) => {
        log[type.endsWith('muted') ? 'info' : 'warn']({ ...detail }, NOTED[type]);
        host.note({ type, detail });
      },
    };
  }
}

const NOTED = {
  'webhook.dropped': 'webhook dropped an event',
  'webhook.disabled': 'webhook disabled',
  'webhook.muted': 'webhook muted',
  'webhook.unmuted': 'webhook no longer muted',
} as const;

function logDelivery(
  log: Log,
  what: Parameters<WebhookEffects['log']>[0],
  { spec, entry, reason }: WebhookContext,
): void {
  const about = { webhook: spec.name, seq: entry?.seq ?? null };
  switch (what) {
    case 'failing':
      log.warn({ ...about, reason }, 'webhook delivery failed; retrying');
      return;
    case 'delivered_again':
      log.info(about, 'webhook delivery works again');
      return;
    case 'unread':
      log.warn(about, 'cannot read the journal for a webhook; retrying');
      return;
  }
}
