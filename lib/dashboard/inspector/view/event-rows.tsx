import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, MouseEvent, ReactNode, UIEvent } from 'react';
import { scrollIntoView } from '../../list/use-rows-in-view.ts';
import { settleAtEnd, useReader } from '../../use-reader.ts';
import { useTape } from '../inspector-context.ts';
import { sequenceOf } from '../model/lifelines.ts';
import type { Sequence } from '../model/lifelines.ts';
import type { Tape, TapeRow } from '../model/tape.ts';
import { LIFELINE_PX, Lifelines, ListCells, SequenceCells } from './event-cells.tsx';

/** How events are shown. */
export type EventView = 'list' | 'sequence';

const ROW_PX = 26;
/** The heads of the lifelines, which stay at the top. */
const HEAD_PX = ROW_PX + 4;
/** So close to its end, a list counts as being there. */
const NEAR_PX = 30;

interface RowProps {
  readonly tape: Tape;
  readonly row: TapeRow;
  readonly top: number;
  readonly isChosen: boolean;
  /** Null: shown as a list. */
  readonly sequence: Sequence | null;
}

const EventRow = memo(function EventRow({ tape, row, top, isChosen, sequence }: RowProps): ReactNode {
  return (
    <div
      id={elementIdOf(row.position)}
      data-position={row.position}
      className={`event-row event-${row.type}`}
      role="option"
      aria-selected={isChosen}
      style={{ transform: `translateY(${top}px)` }}
    >
      {sequence === null ? (
        <ListCells tape={tape} row={row} />
      ) : (
        <SequenceCells tape={tape} row={row} sequence={sequence} />
      )}
    </div>
  );
});

function elementIdOf(position: number): string {
  return `event-${position}`;
}

/** The index that a key leads to; null: it leads nowhere. */
function indexAfter(key: string, index: number, last: number, page: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, index + 1);
    case 'ArrowUp':
      return Math.max(0, index - 1);
    case 'PageDown':
      return Math.min(last, index + page);
    case 'PageUp':
      return Math.max(0, index - page);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** An empty list is none to screen readers. */
const LISTBOX: Readonly<Record<EventView, { readonly role: string; readonly 'aria-label': string }>> = {
  list: { role: 'listbox', 'aria-label': 'Events, oldest first' },
  sequence: { role: 'listbox', 'aria-label': 'Sequence of events, oldest first' },
};

interface EventRowsProps {
  readonly view: EventView;
  readonly rows: readonly TapeRow[];
  /** The index of the chosen row; -1: there is none, so the newest row stays in view. */
  readonly chosen: number;
  readonly onChoose: (row: TapeRow) => void;
}

/**
 * The rows as a list or as a sequence diagram, oldest first; only the visible ones are in the document. The focus stays on the box, which names
 * the chosen row; Up and Down step through the events.
 */
export function EventRows({ view, rows, chosen, onChoose }: EventRowsProps): ReactNode {
  const { tape, version } = useTape();
  const container = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  /** Where the list was scrolled to last. */
  const lastTop = useRef(0);
  const reader = useReader(container);
  const [place, setPlace] = useState({ left: 0, width: 0 });
  const sequence = useMemo(() => (view === 'sequence' ? sequenceOf(tape, rows) : null), [tape, version, rows, view]);
  const last = rows.length - 1;
  const headPx = sequence === null ? 0 : HEAD_PX;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => container.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]?.position ?? index,
    rangeExtractor: (range) => {
      const inView = defaultRangeExtractor(range);
      return chosen < 0 || inView.includes(chosen) ? inView : [...inView, chosen];
    },
    paddingStart: headPx,
    overscan: 6,
  });
  useEffect(() => {
    const shown = chosen >= 0 ? chosen : isAtEnd.current ? last : -1;
    if (shown < 0) return;
    const top = shown * ROW_PX; // so that the heads above the row do not cover it
    lastTop.current = scrollIntoView(container.current, virtual, { top, bottom: headPx + top + ROW_PX });
  }, [virtual, chosen, last, headPx]);
  const isFollowed = chosen < 0;
  useEffect(() => {
    const box = container.current;
    if (box === null) return undefined;
    const observer = new ResizeObserver(() => {
      setPlace({ left: box.scrollLeft, width: box.clientWidth });
      if (isFollowed && isAtEnd.current && !reader.hasMovedUp(lastTop.current)) box.scrollTop = box.scrollHeight;
    });
    observer.observe(box);
    return () => {
      observer.disconnect();
    };
  }, [isFollowed, reader]);
  const arrow = chosen < 0 || sequence === null ? null : sequence.arrowOf(rows[chosen] ?? NO_ROW);
  const arrowAt = arrow === null ? null : Math.min(arrow.from, arrow.to) * LIFELINE_PX;
  useEffect(() => {
    const box = container.current;
    if (box === null || arrowAt === null) return;
    const isInView = arrowAt >= box.scrollLeft && arrowAt + LIFELINE_PX <= box.scrollLeft + box.clientWidth;
    if (!isInView) box.scrollLeft = Math.max(0, arrowAt - LIFELINE_PX / 2);
  }, [arrowAt]);

  const choose = (index: number): void => {
    const row = rows[index];
    if (row !== undefined) onChoose(row);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(event.currentTarget.clientHeight / ROW_PX) - 1);
    const next = indexAfter(event.key, chosen < 0 ? last + 1 : chosen, last, page);
    if (next === null || next < 0) return;
    event.preventDefault();
    choose(next);
  };
  const onClick = ({ target }: MouseEvent): void => {
    const clicked =
      target instanceof Element ? target.closest<HTMLElement>('[data-position]')?.dataset['position'] : undefined;
    if (clicked !== undefined) choose(rows.findIndex((row) => row.position === Number(clicked)));
  };
  const onScroll = ({ currentTarget: box }: UIEvent<HTMLElement>): void => {
    const isNear = virtual.getTotalSize() - box.scrollTop - (virtual.scrollRect?.height ?? 0) <= NEAR_PX;
    // The end has moved, or the box has grown: the reader is still there.
    isAtEnd.current = isNear || (isFollowed && isAtEnd.current && !reader.hasMovedUp(lastTop.current));
    lastTop.current = box.scrollTop;
    if (sequence !== null && box.scrollLeft !== place.left) setPlace({ left: box.scrollLeft, width: box.clientWidth });
  };
  const onScrollEnd = ({ currentTarget: box }: UIEvent<HTMLElement>): void => {
    if (isFollowed) settleAtEnd(box);
  };
  const width = sequence === null ? undefined : sequence.lifelines.length * LIFELINE_PX + LIFELINE_PX;
  return (
    <div
      ref={container}
      className={`event-rows event-rows-${view}`}
      {...(rows.length === 0 ? {} : LISTBOX[view])}
      aria-activedescendant={chosen < 0 ? undefined : elementIdOf(rows[chosen]?.position ?? 0)}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onScroll={onScroll}
      onScrollEnd={onScrollEnd}
    >
      <div className="event-space" role="none" style={{ height: virtual.getTotalSize(), width }}>
        {sequence === null ? null : <Lifelines lifelines={sequence.lifelines} left={place.left} width={place.width} />}
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <EventRow
              key={row.position}
              tape={tape}
              row={row}
              top={start}
              isChosen={index === chosen}
              sequence={sequence}
            />
          );
        })}
      </div>
      {rows.length === 0 ? <p className="hint">No events yet. They appear here while the host works.</p> : null}
    </div>
  );
}

/** A row that concerns no actor. */
const NO_ROW: TapeRow = {
  position: 0,
  at: 0,
  type: 'lost',
  actorId: '',
  sourceId: null,
  event: '',
  cause: null,
  text: '',
};
