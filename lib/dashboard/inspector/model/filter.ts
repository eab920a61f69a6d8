import { nameOf } from './names.ts';
import type { Tape, TapeRow } from './tape.ts';

/** Which rows are listed. */
export interface EventFilter {
  /** Parts of the names of senders or receivers, separated by commas; empty: all. */
  readonly actor: string;
  /** Parts of types of events, likewise. */
  readonly event: string;
  /** Whether also what is sent to effects is listed: how they begin and end inside. */
  readonly withEffects: boolean;
}

export const ALL_EVENTS: EventFilter = { actor: '', event: '', withEffects: false };

function partsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The rows that match. Places where messages are missing always do. */
export function matching(tape: Tape, { actor, event, withEffects }: EventFilter): readonly TapeRow[] {
  const [actors, events] = [partsOf(actor), partsOf(event)];
  if (withEffects && actors.length + events.length === 0) return tape.rows;
  const names = new Map<string | null, string>();
  const named = (id: string | null): string => {
    const name = names.get(id) ?? nameOf(tape, id).toLowerCase();
    names.set(id, name);
    return name;
  };
  const has = (parts: readonly string[], texts: readonly string[]): boolean =>
    parts.length === 0 || parts.some((part) => texts.some((text) => text.includes(part)));
  return tape.rows.filter(
    (row) =>
      row.type === 'lost' ||
      ((withEffects || tape.actor(row.actorId)?.machine != null) &&
        has(events, [row.event.toLowerCase()]) &&
        has(actors, [named(row.actorId), named(row.sourceId)])),
  );
}
