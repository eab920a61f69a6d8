import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';

const ROW_PX = 28;

/** Which rows are in the document, and where. */
export interface RowsInView {
  /** The scrolling element. */
  readonly container: RefObject<HTMLDivElement | null>;
  /** The height of all rows, in pixels. */
  readonly height: number;
  readonly items: readonly { readonly index: number; readonly start: number }[];
  /** The number of rows that fit. */
  readonly page: () => number;
}

/**
 * Scrolls a part of the height into view, by what is known of the frame: its own method asks the browser for a layout of
 * the page three times. All in pixels. Returns where the frame is scrolled to then.
 */
export function scrollIntoView(
  frame: HTMLDivElement | null,
  { scrollOffset, scrollRect }: Virtualizer<HTMLDivElement, Element>,
  { top, bottom }: { readonly top: number; readonly bottom: number },
): number {
  const from = scrollOffset ?? 0;
  if (frame === null || scrollRect === null) return from;
  const lowest = bottom - scrollRect.height;
  const to = top < from ? top : Math.max(from, lowest);
  if (to !== from) frame.scrollTop = to;
  return to;
}

/** The visible rows and the active one, which is scrolled into view when it changes. */
export function useRowsInView(rows: readonly { readonly id: string }[], active: number): RowsInView {
  const container = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => container.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]?.id ?? index,
    rangeExtractor: (range) => {
      const inView = defaultRangeExtractor(range);
      return active < 0 || inView.includes(active) ? inView : [...inView, active];
    },
    overscan: 4,
  });
  const shown = useRef<string>(undefined);
  const activeId = rows[active]?.id;
  useEffect(() => {
    if (activeId !== undefined && activeId !== shown.current)
      scrollIntoView(container.current, virtual, { top: active * ROW_PX, bottom: (active + 1) * ROW_PX });
    shown.current = activeId;
  }, [virtual, active, activeId]);
  return {
    container,
    height: virtual.getTotalSize(),
    items: virtual.getVirtualItems(),
    page: () => Math.max(1, Math.floor((container.current?.clientHeight ?? 0) / ROW_PX) - 1),
  };
}
