import { machineActorOf, OUTSIDE, ownName } from './names.ts';
import type { Tape, TapeRow } from './tape.ts';

/** A vertical line of a sequence diagram. */
export interface Lifeline {
  /** The id of the actor; null: outside the actors. */
  readonly id: string | null;
  readonly name: string;
}

/** An arrow of a sequence diagram, by the positions of its lifelines. */
export interface SequenceArrow {
  readonly from: number;
  readonly to: number;
}

/** A sequence diagram of rows. */
export interface Sequence {
  readonly lifelines: readonly Lifeline[];
  /** Null: the row concerns all lifelines, or its actor is no longer kept. */
  readonly arrowOf: (row: TapeRow) => SequenceArrow | null;
}

/** One lifeline for each machine that sends or gets one of these rows; effects share that of the machine that runs them. */
export function sequenceOf(tape: Tape, rows: readonly TapeRow[]): Sequence {
  const places = new Map<string | null, number>();
  const lifelines: Lifeline[] = [];
  const placeOf = (id: string | null): number | null => {
    const actor = machineActorOf(tape, id);
    if (id !== null && actor === null) return null;
    const key = actor?.id ?? null;
    const known = places.get(key);
    if (known !== undefined) return known;
    lifelines.push({ id: key, name: actor === null ? OUTSIDE : ownName(actor) });
    places.set(key, lifelines.length - 1);
    return lifelines.length - 1;
  };
  const arrowOf = ({ type, sourceId, actorId }: TapeRow): SequenceArrow | null => {
    if (type === 'lost') return null;
    const from = placeOf(type === 'event' ? sourceId : actorId);
    const to = placeOf(actorId);
    return from === null || to === null ? null : { from, to };
  };
  for (const row of rows) arrowOf(row);
  return { lifelines, arrowOf };
}
