import { useVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef } from 'react';
import type { ReactNode, UIEvent } from 'react';
import { preciseTime } from '../../words/time.ts';
import { pieces, textOf } from './lines.ts';
import type { LogRow } from './lines.ts';

const LINE_PX = 20;
/** A position this close to the end counts as the end. */
const NEAR_PX = 30;

interface LineProps {
  readonly row: LogRow;
  readonly text: string;
  readonly top: number;
}

function Line({ row: { item, isFirst }, text, top }: LineProps): ReactNode {
  const isLine = 'text' in item;
  const at = isLine ? item.at : null;
  const className = `log-line log-${isLine ? item.stream : 'gap'}${isFirst ? ' log-first' : ''}`;
  return (
    <div className={className} style={{ transform: `translateY(${top}px)` }}>
      <span className="log-time" title={at === null ? undefined : at}>
        {at === null ? '' : preciseTime(at)}
      </span>
      <span className="log-origin">
        {item.generation} {item.stream === 'stderr' ? 'err' : 'out'}
      </span>
      {pieces(textOf(item), text).map((piece, index) =>
        index % 2 === 1 ? <mark key={index}>{piece}</mark> : <span key={index}>{piece}</span>,
      )}
    </div>
  );
}

interface LogLinesProps {
  readonly rows: readonly LogRow[];
  /** The text to highlight. */
  readonly text: string;
  readonly isFollowing: boolean;
  readonly onFollow: (isFollowing: boolean) => void;
}

/**
 * The lines; only visible ones are in the document. Scrolling back stops following, and scrolling to the end resumes
 * it.
 */
export function LogLines({ rows, text, isFollowing, onFollow }: LogLinesProps): ReactNode {
  const container = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => container.current,
    estimateSize: () => LINE_PX,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 20,
  });
  const end = rows.at(-1)?.key;
  useLayoutEffect(() => {
    if (isFollowing && container.current !== null) container.current.scrollTop = container.current.scrollHeight;
  }, [end, isFollowing, text]);
  const onScroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent<HTMLDivElement>): void => {
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (scrollTop < lastTop.current && !isAtEnd) onFollow(false);
    else if (isAtEnd) onFollow(true);
    lastTop.current = scrollTop;
  };
  return (
    <div
      ref={container}
      className="log-lines"
      role="log"
      aria-label="Output"
      aria-live="off"
      tabIndex={0}
      onScroll={onScroll}
    >
      <div className="log-space" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          return row === undefined ? null : <Line key={String(key)} row={row} text={text} top={start} />;
        })}
      </div>
      {rows.length === 0 ? <p className="hint">{text === '' ? 'No output yet.' : 'No matching lines.'}</p> : null}
    </div>
  );
}
