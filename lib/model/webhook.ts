import type { EventFilter } from './values/event-filter.ts';
import type { Instant, Millis } from './values/time.ts';

/** A receiver of events. */
export interface WebhookSpec {
  readonly name: string;
  /** May contain credentials, even in its path: never put it into logs or responses. */
  readonly url: string;
  /** `whsec_` and base64; never put it into logs or responses either. */
  readonly secret: string;
  readonly filter: EventFilter;
  /** For one attempt, from connecting to the status code. */
  readonly timeoutMs: Millis;
  /** Null: never give up. */
  readonly giveUpAfterMs: Millis | null;
  /** Events of ends get the last words of the process. Absent instead of false: older revisions stay the same. */
  readonly includeOutput?: true;
}

/** Events that are not sent to a webhook until an instant. Survives the host. */
export interface WebhookMute {
  readonly webhook: string;
  /** Only the events of this agent; null: all. There is one mute for each of these. */
  readonly agentId: string | null;
  readonly until: Instant;
  readonly since: Instant;
  /** The last event before it. */
  readonly after: number;
  /** Who gave the command, as in the journal; null: unknown. */
  readonly actor: string | null;
  readonly note: string | null;
}

/** What a webhook is doing. */
export interface WebhookStatus {
  readonly name: string;
  /** `stopped`: because of a bug, until the host restarts. */
  readonly state: 'delivering' | 'failing' | 'disabled' | 'stopped';
  readonly failingSince: Instant | null;
  readonly reason: string | null;
  readonly mutes: readonly WebhookMute[];
}

/** The delivery position of a webhook; survives the host. */
export interface WebhookPlace {
  readonly name: string;
  /** The sequence number of the last event that needs no more delivery. */
  readonly position: number;
  /** When the current series of failed deliveries began; null: the last delivery succeeded. */
  readonly failingSince: Instant | null;
  /** The revision of the webhook whose receiver responded 410 Gone; null: none did. */
  readonly goneRevision: string | null;
}
