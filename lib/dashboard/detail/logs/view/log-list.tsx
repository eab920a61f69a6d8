import { defaultRangeExtractor, elementScroll, useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, MouseEvent, ReactNode, UIEvent, WheelEvent } from 'react';
import type { SnapshotFrom } from 'xstate';
import type { logMachine } from '../../../../frontend/logs/machine.ts';
import type { ViewEvent } from '../../../../frontend/logs/setup.ts';
import { addressOfLine } from '../model/address.ts';
import type { LineAddress, LogSource } from '../../../../frontend/logs/source.ts';
import { isRowOf } from '../../../../frontend/logs/row.ts';
import type { LogRow } from '../../../../frontend/logs/row.ts';
import { indexOfLine, startOf } from '../../../../frontend/logs/window.ts';
import { distanceToEnd, settleAtEnd, useReader } from '../../../use-reader.ts';
import { LogRowView } from './log-row.tsx';
import type { RowLook } from './log-row.tsx';

const LINE_PX = 20;
/** So close to its end, a list counts as being there. */
const NEAR_PX = 10;
/** So close to an end of the window, what follows there is read. */
const AHEAD_PX = 100 * LINE_PX;
const KEYS_UPWARDS = ['ArrowUp', 'PageUp', 'Home'];

interface LineProps {
  readonly index: number;
  readonly row: LogRow;
  readonly top: number;
  readonly isFirst: boolean;
  readonly isTarget: boolean;
  readonly isInTabOrder: boolean;
  readonly look: RowLook;
  readonly source: LogSource;
  readonly measure: ((element: HTMLElement | null) => void) | undefined;
}

const Line = memo(function Line(props: LineProps): ReactNode {
  const { index, row, top, isFirst, isTarget, isInTabOrder, look, source, measure } = props;
  const names = ['log-line', `log-${row.type === 'gap' ? 'gap' : (row.stream ?? 'stdout')}`];
  if (isFirst) names.push('log-first');
  if (isTarget) names.push('log-target');
  return (
    <div ref={measure} data-index={index} className={names.join(' ')} style={{ transform: `translateY(${top}px)` }}>
      <LogRowView row={row} look={look} href={addressOfLine(source, row)} isInTabOrder={isInTabOrder} />
    </div>
  );
});

/** Whether the row is the first of another launch than the row of its service before it. */
function isFirstOfLaunch(rows: readonly LogRow[], index: number): boolean {
  const row = rows[index];
  for (let before = index - 1; before >= Math.max(0, index - 100); before -= 1) {
    const other = rows[before];
    if (other?.serviceId === row?.serviceId) return other?.generation !== row?.generation;
  }
  return false;
}

/** The key of the row whose link an event concerns; null: none. */
function linkIn(target: EventTarget): number | null {
  const key = target instanceof HTMLElement ? target.dataset['row'] : undefined;
  return key === undefined ? null : Number(key);
}

interface LogListProps {
  readonly log: SnapshotFrom<typeof logMachine>;
  readonly send: (event: ViewEvent) => void;
  readonly source: LogSource;
  readonly look: RowLook;
  readonly isWrapped: boolean;
  /** The lines to point at. */
  readonly targets: readonly LineAddress[];
  readonly onLink: (href: string) => void;
}

/**
 * The lines, in a box that scrolls; only the visible ones are in the document. At its end the box stays with the newest
 * line; elsewhere it stays where it is. Only one of the links of the lines is in the order of Tab; Up and Down move
 * between them.
 */
export function LogList({ log, send, source, look, isWrapped, targets, onLink }: LogListProps): ReactNode {
  const container = useRef<HTMLDivElement>(null);
  /** Where the list was scrolled to last, by this component or by the reader. */
  const lastTop = useRef(0);
  const reader = useReader(container);
  const [activeKey, setActiveKey] = useState<number | null>(null);
  const { window: shown, aim, lostAt } = log.context;
  const { rows } = shown;
  const active = activeKey === null ? -1 : rows.findIndex(({ key }) => key === activeKey);
  const isLive = log.matches({ shown: { stream: 'live' } });
  const isAtEnd = log.matches({ shown: { view: 'atEnd' } });
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => container.current,
    estimateSize: () => LINE_PX,
    getItemKey: (index) => rows[index]?.key ?? index,
    rangeExtractor: (range) => {
      // Followed lines are in the document before the list is scrolled to them, so that no frame is without a line.
      const size = range.endIndex - range.startIndex;
      const atEnd = { ...range, startIndex: Math.max(0, rows.length - 1 - size), endIndex: rows.length - 1 };
      const inView = defaultRangeExtractor(isLive && isAtEnd ? atEnd : range);
      return active < 0 || inView.includes(active) ? inView : [...inView, active].sort((a, b) => a - b);
    },
    overscan: 12,
    anchorTo: 'end',
    followOnAppend: isLive && isAtEnd,
    scrollEndThreshold: NEAR_PX,
    scrollToFn: (offset, options, instance) => {
      elementScroll(offset, options, instance);
      lastTop.current = container.current?.scrollTop ?? 0;
    },
  });
  const stayAtEnd = (box: HTMLElement): void => {
    if (reader.hasMovedUp(lastTop.current)) return; // the reader has just left; the scroll event says so next
    box.scrollTop = box.scrollHeight;
    lastTop.current = box.scrollTop;
  };

  useLayoutEffect(() => {
    virtual.measure();
  }, [virtual, isWrapped]);
  useLayoutEffect(() => {
    if (aim.type === 'end') {
      virtual.scrollToIndex(rows.length - 1, { align: 'end' });
      return;
    }
    const index = indexOfLine(shown, aim.line);
    const box = container.current;
    const item = virtual.getVirtualItems().find((one) => one.index === index);
    const isInView =
      box !== null && item !== undefined && item.start >= box.scrollTop && item.end <= box.scrollTop + box.clientHeight;
    if (index !== -1 && !isInView) virtual.scrollToIndex(index, { align: 'center' });
    // Only when there is a new aim; rows come and go.
  }, [virtual, aim]);
  useEffect(() => {
    const box = container.current;
    if (box === null || !isAtEnd) return undefined;
    // A banner above that comes or goes changes the height of the box, but not where it is scrolled to.
    const observer = new ResizeObserver(() => {
      stayAtEnd(box);
    });
    observer.observe(box);
    return () => {
      observer.disconnect();
    };
  }, [isAtEnd]);
  const isIdle = log.matches({ shown: { paging: 'idle' } });
  const hasOlder = startOf(shown) !== null;
  useEffect(() => {
    const box = container.current;
    if (box === null || !isIdle) return;
    if (hasOlder && box.scrollTop < AHEAD_PX) send({ type: 'older.wanted' });
    else if (!isLive && distanceToEnd(box) < AHEAD_PX) send({ type: 'newer.wanted' });
  });
  useEffect(() => {
    if (activeKey !== null) container.current?.querySelector<HTMLElement>(`[data-row="${activeKey}"]`)?.focus();
  }, [activeKey]);

  const onScroll = ({ currentTarget: box }: UIEvent<HTMLDivElement>): void => {
    const top = lastTop.current;
    lastTop.current = box.scrollTop;
    if (distanceToEnd(box) <= NEAR_PX) send({ type: 'view.atEnd' });
    else if (isAtEnd ? reader.hasMovedUp(top) : box.scrollTop < top) send({ type: 'view.away' });
    // The end has moved, not the reader.
    else if (isAtEnd) stayAtEnd(box);
  };
  const onScrollEnd = ({ currentTarget: box }: UIEvent<HTMLDivElement>): void => {
    settleAtEnd(box); // so close to it the view follows
  };
  // At once: the scroll event comes a frame later, in which new lines would take the reader back to the end.
  const leaveEnd = (box: HTMLElement): void => {
    if (box.scrollTop > 0) send({ type: 'view.away' });
  };
  const onWheel = ({ deltaY, ctrlKey, currentTarget }: WheelEvent<HTMLElement>): void => {
    if (deltaY < 0 && !ctrlKey) leaveEnd(currentTarget);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const box = event.currentTarget;
    if (event.target === box && KEYS_UPWARDS.includes(event.key)) leaveEnd(box);
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const key = linkIn(event.target);
    if (by === 0 || key === null) return;
    event.preventDefault();
    let index = rows.findIndex((row) => row.key === key) + by;
    while (rows[index]?.type === 'gap') index += by;
    const next = rows[index];
    if (next === undefined) return;
    const top = box.scrollTop;
    virtual.scrollToIndex(index, { align: 'auto' });
    if (box.scrollTop < top) leaveEnd(box);
    setActiveKey(next.key);
  };
  const onClick = (event: MouseEvent): void => {
    if (linkIn(event.target) !== null && event.target instanceof HTMLAnchorElement) onLink(event.target.href);
  };
  const longest = useMemo(
    () => (isWrapped ? 0 : rows.reduce((most, { text }) => Math.max(most, text.length), 0)),
    [rows, isWrapped],
  );
  const items = virtual.getVirtualItems();
  const entry = activeKey ?? rows[items.at(-1)?.index ?? -1]?.key;
  const names = ['log-lines', isWrapped ? 'log-wrapped' : '', lostAt === null ? '' : 'log-stale'];
  return (
    <div
      ref={container}
      className={names.join(' ')}
      role="log"
      aria-label="Output"
      aria-live="off"
      tabIndex={0}
      onScroll={onScroll}
      onScrollEnd={onScrollEnd}
      onWheel={onWheel}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onFocus={({ target }) => {
        setActiveKey(linkIn(target));
      }}
      onBlur={() => {
        setActiveKey(null);
      }}
    >
      <div
        className="log-space"
        style={{ height: virtual.getTotalSize(), minWidth: `min(${longest + 28}ch, 75000px)` }}
      >
        {items.map(({ index, key, start }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <Line
              key={String(key)}
              {...{ index, row, look, source }}
              top={start}
              isFirst={isFirstOfLaunch(rows, index)}
              isTarget={targets.some((line) => isRowOf(line, row))}
              isInTabOrder={row.key === entry}
              measure={isWrapped ? virtual.measureElement : undefined}
            />
          );
        })}
      </div>
      {rows.length === 0 ? (
        <p className="hint">{log.matches('shown') ? 'No output yet.' : 'Reading the output…'}</p>
      ) : null}
    </div>
  );
}
