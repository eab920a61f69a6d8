import { moved, spanOf, zoomed } from '../../../frontend/timeline/period.ts';
import type { Period } from '../../../frontend/timeline/period.ts';

/** What keys do on a chart. */
export interface KeyActions {
  readonly view: Period;
  /** The chosen moment, around which is zoomed. */
  readonly at: number;
  /** The oldest instant that is stored. */
  readonly oldest: number;
  readonly onShow: (view: Period) => void;
  readonly onFollow: (spanMs: number) => void;
  /** The next mark of the lane, or the one before. */
  readonly onMark: (by: 1 | -1) => void;
  readonly onLane: (by: 1 | -1) => void;
  /** Makes the selected range longer at its end, or with a negative number at its beginning. */
  readonly onExtend: (byMs: number) => void;
  readonly onEscape: () => void;
}

interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const STEP = 0.1;
const RANGE_STEP = 0.05;
const ZOOM = 1.5;

/** What a key does; null: nothing. */
export function actionOf(key: Key, actions: KeyActions): (() => void) | null {
  if (key.ctrlKey || key.metaKey || key.altKey) return null;
  const { view, at, oldest, onShow, onFollow, onMark, onLane, onExtend, onEscape } = actions;
  const span = spanOf(view);
  const move = (by: 1 | -1) => (): void => {
    if (key.shiftKey) onExtend(by * RANGE_STEP * span);
    else onShow(moved(view, by * STEP * span));
  };
  const zoom = (factor: number) => (): void => {
    onShow(zoomed(view, at, factor));
  };
  const known: Readonly<Partial<Record<string, () => void>>> = {
    ...{ ArrowLeft: move(-1), ArrowRight: move(1) },
    ...{ '+': zoom(1 / ZOOM), '=': zoom(1 / ZOOM), '-': zoom(ZOOM), Escape: onEscape },
    ArrowUp: () => {
      onLane(-1);
    },
    ArrowDown: () => {
      onLane(1);
    },
    '.': () => {
      onMark(1);
    },
    ',': () => {
      onMark(-1);
    },
    Home: () => {
      onShow(moved(view, oldest - view.from));
    },
    End: () => {
      onFollow(span);
    },
  };
  return known[key.key] ?? null;
}
