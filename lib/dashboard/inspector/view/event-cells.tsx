import type { ReactNode } from 'react';
import { preciseTime } from '../../words/time.ts';
import type { Lifeline, Sequence } from '../model/lifelines.ts';
import { nameOf } from '../model/names.ts';
import type { Tape, TapeRow } from '../model/tape.ts';

export const LIFELINE_PX = 180;
/** Where a lifeline is in its column. */
const MIDDLE_PX = LIFELINE_PX / 2;

function timeOf({ at }: TapeRow): string {
  return preciseTime(new Date(at).toISOString(), false);
}

/** The cells of a row in the list. */
export function ListCells({ tape, row }: { readonly tape: Tape; readonly row: TapeRow }): ReactNode {
  const { type, event, sourceId, actorId } = row;
  return (
    <>
      <time dateTime={new Date(row.at).toISOString()}>{timeOf(row)}</time>
      <span className="event-type">{event}</span>
      {type === 'lost' ? null : (
        <span className="event-actors">
          {type === 'event' ? `${nameOf(tape, sourceId)} → ` : ''}
          {nameOf(tape, actorId)}
        </span>
      )}
    </>
  );
}

/** The arrow of a row, and the same in words. */
export function SequenceCells({
  tape,
  row,
  sequence,
}: {
  readonly tape: Tape;
  readonly row: TapeRow;
  readonly sequence: Sequence;
}): ReactNode {
  const { type, event, sourceId, actorId } = row;
  const arrow = sequence.arrowOf(row);
  const words = (
    <span className="visually-hidden">
      {timeOf(row)} {event} {type === 'event' ? `from ${nameOf(tape, sourceId)} to ` : ''}
      {type === 'lost' ? '' : nameOf(tape, actorId)}
    </span>
  );
  if (arrow === null) {
    return (
      <>
        {words}
        <span className="arrow-label" aria-hidden="true" style={{ left: 8 }}>
          {event}
        </span>
      </>
    );
  }
  const [left, right] = [Math.min(arrow.from, arrow.to), Math.max(arrow.from, arrow.to)];
  const isSelf = left === right;
  const names = ['arrow', isSelf ? 'arrow-self' : arrow.from < arrow.to ? 'arrow-right' : 'arrow-left'];
  return (
    <>
      {words}
      <span
        className={names.join(' ')}
        aria-hidden="true"
        style={{ left: left * LIFELINE_PX + MIDDLE_PX, width: isSelf ? LIFELINE_PX - 8 : (right - left) * LIFELINE_PX }}
      >
        <span className="arrow-label">{event}</span>
      </span>
    </>
  );
}

/** The lifelines in view, with their heads. */
export function Lifelines({
  lifelines,
  left,
  width,
}: {
  readonly lifelines: readonly Lifeline[];
  readonly left: number;
  readonly width: number;
}): ReactNode {
  const first = Math.max(0, Math.floor(left / LIFELINE_PX) - 1);
  const last = Math.ceil((left + width) / LIFELINE_PX) + 1;
  return (
    <div className="lifelines" aria-hidden="true">
      {lifelines.slice(first, last).map(({ id, name }, index) => (
        <div
          key={id ?? 'outside'}
          className="lifeline"
          style={{ left: (first + index) * LIFELINE_PX, width: LIFELINE_PX }}
        >
          <span className="lifeline-head" title={name}>
            {name}
          </span>
        </div>
      ))}
    </div>
  );
}
