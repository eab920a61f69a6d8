import {
  AGENT_FACTS,
  NOT_KNOWN,
  PROCESS_FACTS,
  STATE_FACTS,
  stepsOf,
  type Standing,
  type Step,
} from '../model/history.ts';
import type { JournalEntry, JournalQuery } from '../model/journal.ts';
import { EVERYTHING } from '../model/values/event-filter.ts';
import type { ActorStore } from '../ports/actor-store.ts';

/** Whose past. */
export type PastOf = { readonly serviceId: string } | { readonly agentId: string };

/** Which part of it. */
export type PastQuery = Pick<JournalQuery, 'after' | 'before' | 'order' | 'limit' | 'since'>;

/** A page of the past of an actor. */
export interface Past {
  /** In the order that was asked for. */
  readonly steps: readonly Step[];
  /** What was the case before the oldest of them. */
  readonly initially: Standing;
  /** The `after`, newest first the `before`, of the following page; null: this is the last one. */
  readonly next: number | null;
}

/** Reads it from the journal, so it goes as far back as that is kept, over restarts of the host. Rejects with StoreUnavailableError. */
export async function pastOf(whose: PastOf, query: PastQuery, journal: Pick<ActorStore, 'history'>): Promise<Past> {
  const groups = 'serviceId' in whose ? [STATE_FACTS, PROCESS_FACTS] : [AGENT_FACTS];
  const ask = (more: PastQuery, types: readonly string[]): Promise<readonly JournalEntry[]> =>
    journal.history({ ...more, ...whose, filter: { ...EVERYTHING, types } });
  const page = await ask(query, groups.flat());
  const facts = query.order === 'newest_first' ? [...page].reverse() : page;
  const before = facts[0]?.seq ?? query.before;
  // The last fact of each kind says all that was the case until then.
  const last = await Promise.all(
    groups.map((types) =>
      ask({ after: 0, order: 'newest_first', limit: 1, ...(before === undefined ? {} : { before }) }, types),
    ),
  );
  const earlier = last.flat().sort((one, other) => one.seq - other.seq);
  const initially = stepsOf(earlier, NOT_KNOWN).at(-1) ?? NOT_KNOWN;
  const steps = stepsOf(facts, initially);
  return {
    steps: query.order === 'newest_first' ? [...steps].reverse() : steps,
    initially,
    next: page.length === query.limit ? (page.at(-1)?.seq ?? null) : null,
  };
}
