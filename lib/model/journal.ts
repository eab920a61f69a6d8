import type { Instant } from './time.ts';

/** What a fact says before it has its number. */
export interface JournalDraft {
  readonly at: Instant;
  /** Dotted, past tense: `service.state_changed`, `process.exited`, `agent.start_requested`, ... */
  readonly type: string;
  readonly agentId: string | null;
  readonly serviceId: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** The event or command that led to it. */
  readonly cause: string;
  readonly correlationId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A fact of the append-only journal; `seq` only grows and is the SSE id. */
export interface JournalEntry extends JournalDraft {
  readonly seq: number;
}

/** Which facts are asked for; in rising order of `seq`. */
export interface JournalQuery {
  /** Only entries after this one; 0: from the oldest kept. */
  readonly after: number;
  /** At most so many, 1 to 1000. */
  readonly limit: number;
  readonly agentId?: string;
  readonly serviceId?: string;
  readonly type?: string;
}
