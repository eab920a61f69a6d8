import type { Cause } from './causes.ts';
import type { CommandSource } from './command-source.ts';
import type { EventFilter } from './values/event-filter.ts';
import type { ServiceId } from './values/ids.ts';
import type { Instant, Millis } from './values/time.ts';

/** The ended process of an event. Only for the listeners of new events; it is not stored. */
export interface EndedProcess {
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly pid: number | null;
  readonly place: string | null;
  readonly uptimeMs: Millis;
  /** The environment of its service, whose values must be hidden in output. */
  readonly env: Readonly<Record<string, string>>;
}

/** An event before it gets its sequence number. */
export interface JournalDraft {
  readonly at: Instant;
  /** Dotted, past tense: `service.state_changed`, `process.exited`, `agent.start_requested`, ... */
  readonly type: string;
  readonly agentId: string | null;
  readonly serviceId: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** The event or command that caused it. */
  readonly cause: Cause;
  readonly correlationId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  /** For an event that records a command of a client. */
  readonly source?: CommandSource;
  /** For `process.exited`; absent if the launch is unknown, or if the event was read from the store. */
  readonly ended?: EndedProcess;
}

/** An event of the append-only journal. `seq` only grows and is the SSE id. */
export interface JournalEntry extends JournalDraft {
  readonly seq: number;
  /** How many events of the same kind on the same day, between the first one and this one, are no longer stored. */
  readonly repeated?: number;
}

/** `oldest_first`: rising `seq`, the first after `after`. `newest_first`: falling `seq`, the last before `before`. */
export type JournalOrder = 'oldest_first' | 'newest_first';

/** Which events to read, and in which order of `seq`. */
export interface JournalQuery {
  /** Only entries after this one; 0: from the oldest stored. */
  readonly after: number;
  /** Only entries before this one; default: up to the newest. */
  readonly before?: number;
  /** Default: `oldest_first`. */
  readonly order?: JournalOrder;
  /** Maximum number, 1 to 1000. */
  readonly limit: number;
  readonly agentId?: string;
  readonly serviceId?: string;
  readonly type?: string;
  readonly correlationId?: string;
  /** Only entries at or after this instant, by their own timestamps. */
  readonly since?: Instant;
  /** Only entries at or before this instant. */
  readonly until?: Instant;
  /** Only entries that record a command, with these fields of its source. */
  readonly command?: Partial<CommandSource>;
  /** Combined with the fields above. */
  readonly filter?: EventFilter;
}

/** A number field of an event's detail. */
export function numberIn(detail: JournalDraft['detail'], name: string): number | null {
  const value = detail[name];
  return typeof value === 'number' ? value : null;
}

/** A text field of an event's detail. */
export function textIn(detail: JournalDraft['detail'], name: string): string | null {
  const value = detail[name];
  return typeof value === 'string' ? value : null;
}
