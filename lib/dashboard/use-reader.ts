import { useEffect, useMemo } from 'react';
import type { RefObject } from 'react';

/** So long after an input, a box may still scroll because of it: browsers scroll smoothly. */
const RECENT_MS = 300;
/** Less than this before its end, the last row is only cut off, so that nobody wants to be there. */
const CUT_PX = 10;
const KEYS_UPWARDS = ['ArrowUp', 'PageUp', 'Home', ' '];

export function distanceToEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number {
  return scrollHeight - scrollTop - clientHeight;
}

/** Takes a box that follows its end to it, once it has come to rest: a smooth scroll may end some pixels before. */
export function settleAtEnd(box: HTMLElement): void {
  if (distanceToEnd(box) <= CUT_PX) box.scrollTop = box.scrollHeight;
}

/** What the reader of a box that scrolls did to it. */
export interface Reader {
  /**
   * Whether the reader has moved the box up since it was at `top`. If not, its layout has: a box that grows while it
   * shows its end is moved by the browser, and what follows in the same frame hides that it was at the end. Asked once for
   * each move.
   */
  hasMovedUp: (top: number) => boolean;
}

/**
 * Tells moves of a box by its reader from those by its layout: the reader's follow an input (wheel, key, finger,
 * scrollbar), are longer than the box can have grown in its window (a screen reader, the search of the browser), or come
 * one after another (a scrollbar of a browser that reports no input there).
 */
export function useReader(container: RefObject<HTMLElement | null>): Reader {
  const hand = useMemo(() => ({ inputAt: -Infinity, movedAt: -Infinity }), []);
  useEffect(() => {
    const box = container.current;
    if (box === null) return undefined;
    const listeners = new AbortController();
    const { signal } = listeners;
    const onInput = (): void => {
      hand.inputAt = performance.now();
    };
    const onRelease = (): void => {
      if (hand.inputAt === Infinity) onInput();
    };
    const listen = <K extends keyof HTMLElementEventMap>(
      to: HTMLElement | Window,
      type: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ): void => {
      to.addEventListener(type, listener as EventListener, { signal, passive: true });
    };
    listen(box, 'wheel', ({ deltaY }) => {
      if (deltaY < 0) onInput();
    });
    listen(box, 'keydown', ({ key }) => {
      if (KEYS_UPWARDS.includes(key)) onInput();
    });
    listen(box, 'touchmove', onInput);
    listen(box, 'pointerdown', () => {
      hand.inputAt = Infinity; // until it is released: a scrollbar may be held for long before it is dragged
    });
    listen(window, 'pointerup', onRelease);
    listen(window, 'pointercancel', onRelease);
    // Not every browser reports that a scrollbar was released.
    listen(window, 'pointermove', ({ buttons }) => {
      if (buttons === 0) onRelease();
    });
    return () => {
      listeners.abort();
    };
  }, [container, hand]);
  return useMemo(
    () => ({
      hasMovedUp: (top) => {
        const box = container.current;
        if (box === null || box.scrollTop >= top) return false;
        const mostGrown = window.innerHeight - box.clientHeight;
        const now = performance.now();
        const isAgain = now - hand.movedAt < RECENT_MS;
        hand.movedAt = now;
        return isAgain || now - hand.inputAt < RECENT_MS || top - box.scrollTop > mostGrown;
      },
    }),
    [container, hand],
  );
}
