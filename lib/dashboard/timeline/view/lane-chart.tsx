import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { LANE_PX } from '../chart/draw.ts';
import { actionOf } from '../chart/keys.ts';
import { listenForGestures } from '../chart/gestures.ts';
import { AXIS_PX, LanePlot } from '../chart/plot.ts';
import { markNear, nextMark } from '../../../frontend/timeline/lanes.ts';
import type { Lane, LaneMark } from '../../../frontend/timeline/lanes.ts';
import { between, moved, zoomed } from '../../../frontend/timeline/period.ts';
import type { Period } from '../../../frontend/timeline/period.ts';
import { momentWords } from '../model/words.ts';
import { LaneNames } from './lane-names.tsx';
import type { DragMode } from './toolbar.tsx';
import { useTimelinePart } from './use-timeline.ts';
import type { TimelineActor } from './use-timeline.ts';

/** The space for the names, in CSS pixels. */
const GUTTER_PX = 176;
const NARROW_GUTTER_PX = 104;
const NARROW_PX = 560;
/** So near to a press a mark is meant by it. */
const NEAR_PX = 10;

/** The space at the left of a chart of this width. */
export function gutterOf(width: number): number {
  return width < NARROW_PX ? NARROW_GUTTER_PX : GUTTER_PX;
}

/** What is chosen in a chart. */
export interface Chosen {
  readonly at: number | null;
  readonly event: number | null;
  /** Null: the host, or none. */
  readonly service: string | null;
  readonly range: Period | null;
}

interface LaneChartProps {
  readonly actor: TimelineActor;
  /** The names of the lanes, by service. */
  readonly ids: readonly string[];
  readonly nameOf: (id: string) => string;
  readonly mode: DragMode;
  readonly chosen: Chosen;
  readonly onChosen: (chosen: Partial<Chosen>) => void;
}

const EMPTY: Omit<Lane, 'id'> = { states: [], marks: [], condensed: [] };

/** The lanes over time: drawn, and for those who cannot see it said in words as the keys move through it. */
export function LaneChart({ actor, ids, nameOf, mode, chosen, onChosen }: LaneChartProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const surface = useRef<HTMLDivElement>(null);
  const plot = useRef<LanePlot | null>(null);
  const [words, setWords] = useState('');
  /** The lane that was chosen last, if it is that of no service. */
  const [row, setRow] = useState(-1);
  const lanes = useTimelinePart(actor, ({ context }) => context.lanes);
  const rows = useMemo<readonly Lane[]>(() => {
    const known = ids.map((id): Lane => lanes?.services.get(id) ?? { ...EMPTY, id });
    return [lanes?.host ?? { ...EMPTY, id: null }, ...known];
  }, [lanes, ids]);
  const chosenRow = chosen.service === null ? row : ids.indexOf(chosen.service) + 1;
  const height = rows.length * LANE_PX + AXIS_PX;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => LANE_PX,
    overscan: 8,
  });
  // What the gestures and keys work with, which are listened for once.
  const current = useRef({ rows, lanes, mode, chosen, onChosen, chosenRow });
  current.current = { rows, lanes, mode, chosen, onChosen, chosenRow };

  const choose = (index: number, at: number, mark: LaneMark | null): void => {
    const { rows: all, lanes: known } = current.current;
    const lane = all[index];
    if (lane === undefined || known === null) return;
    setRow(index);
    setWords(momentWords(known, lane, at, mark));
    // Several events of one place are a range, a single one is a moment.
    const isSeveral = mark !== null && mark.count > 1;
    const range = isSeveral ? { from: mark.at, to: mark.at + Math.max(1_000, known.resolutionMs) } : null;
    current.current.onChosen({
      service: lane.id,
      at: mark?.at ?? Math.round(at),
      event: mark === null || isSeveral ? null : mark.seq,
      ...(range === null ? {} : { range }),
    });
  };

  useEffect(() => {
    const element = surface.current;
    const scroller = box.current;
    if (element === null || scroller === null) return undefined;
    const made = new LanePlot(element, actor.getSnapshot().context.view, () => gutterOf(element.clientWidth));
    plot.current = made;
    (element as HTMLDivElement & { plot?: LanePlot }).plot = made; // for measurements
    const place = (x: number, y: number): { index: number; at: number; mark: LaneMark | null } => {
      const index = Math.floor((y + scroller.scrollTop) / LANE_PX);
      const at = made.atX(x);
      const lane = current.current.rows[index];
      const mark = lane === undefined ? null : markNear(lane, at, NEAR_PX * made.msPerPixel());
      return { index, at, mark };
    };
    const view = (): Period => actor.getSnapshot().context.view;
    const show = (next: Period): void => {
      actor.send({ type: 'view.moved', view: next });
    };
    const stop = listenForGestures(element, {
      isBrush: () => current.current.mode === 'select',
      onPan: (byX) => {
        show(moved(view(), -byX * made.msPerPixel()));
      },
      onZoom: (x, factor) => {
        show(zoomed(view(), made.atX(x), factor));
      },
      onBrush: (fromX, toX, isDone) => {
        const range = between(made.atX(fromX), made.atX(toX));
        made.setContent({ range });
        if (isDone) current.current.onChosen({ range, at: null, event: null });
      },
      onPress: (x, y) => {
        const { index, at, mark } = place(x, y);
        element.focus();
        choose(index, mark?.at ?? at, mark);
      },
      onHover: (x, y) => {
        const { index, at, mark } = place(x, y);
        const { rows: all, lanes: known } = current.current;
        const lane = all[index];
        if (lane !== undefined && known !== null) setWords(momentWords(known, lane, mark?.at ?? at, mark));
      },
    });
    let drawn = view();
    const subscription = actor.subscribe(({ context }) => {
      if (context.view === drawn) return;
      drawn = context.view;
      made.setView(drawn);
    });
    const onScroll = (): void => {
      made.setContent({ scrolled: scroller.scrollTop });
    };
    const observer = new ResizeObserver(() => {
      made.resize();
    });
    const schemes = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) =>
      window.matchMedia(query),
    );
    const onScheme = (): void => {
      made.restyle();
    };
    scroller.addEventListener('scroll', onScroll);
    observer.observe(element);
    for (const scheme of schemes) scheme.addEventListener('change', onScheme);
    return () => {
      stop();
      subscription.unsubscribe();
      observer.disconnect();
      scroller.removeEventListener('scroll', onScroll);
      for (const scheme of schemes) scheme.removeEventListener('change', onScheme);
      made.destroy();
      plot.current = null;
    };
  }, [actor]);
  useEffect(() => {
    plot.current?.setContent({ lanes, rows, chosen: chosenRow, range: chosen.range, at: chosen.at });
  }, [lanes, rows, chosenRow, chosen.range, chosen.at]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const { view } = actor.getSnapshot().context;
    const known = current.current.lanes;
    const at = chosen.at ?? Math.min(view.to, Math.max(view.from, known?.extent.to ?? view.to));
    const onShow = (next: Period): void => {
      actor.send({ type: 'view.moved', view: next });
    };
    const act = actionOf(event, {
      ...{ view, at, oldest: known?.storedSince ?? view.from, onShow },
      onFollow: (spanMs) => {
        actor.send({ type: 'view.followed', spanMs });
      },
      onMark: (by) => {
        const lane = rows[chosenRow];
        const mark = lane === undefined ? null : nextMark(lane, at, by);
        if (mark === null) return;
        choose(chosenRow, mark.at, mark);
        if (mark.at < view.from || mark.at > view.to) onShow(moved(view, mark.at - (view.from + view.to) / 2));
      },
      onLane: (by) => {
        const next = Math.min(rows.length - 1, Math.max(0, chosenRow + by));
        virtual.scrollToIndex(next);
        choose(next, at, null);
      },
      onExtend: (byMs) => {
        const { from, to } = chosen.range ?? { from: at, to: at };
        onChosen({ range: byMs < 0 ? between(from + byMs, to) : between(from, to + byMs) });
      },
      onEscape: () => {
        onChosen({ range: null, at: null, event: null });
      },
    });
    if (act === null) return;
    event.preventDefault();
    act();
  };
  return (
    <>
      <div ref={box} className="tl-box">
        <div className="tl-space" style={{ height }}>
          <div
            ref={surface}
            className="tl-surface"
            data-mode={mode}
            style={{ height }}
            role="application"
            aria-label="Timeline"
            aria-describedby="tl-keys"
            tabIndex={0}
            onKeyDown={onKeyDown}
          />
          <LaneNames
            {...{ rows, nameOf, virtual }}
            chosen={chosenRow}
            onChosen={(index, id) => {
              setRow(index);
              onChosen({ service: id });
            }}
          />
        </div>
      </div>
      <p id="tl-keys" className="visually-hidden">
        Left and Right move in time, with Shift they select a range, plus and minus zoom, Up and Down choose a service,
        comma and full stop go to the event before and after, Home goes to the oldest, End to now.
      </p>
      <p className="tl-words" role="status">
        {words === '' ? 'Press a mark, or drag. Ctrl and the wheel zoom, Shift and dragging selects a range.' : words}
      </p>
    </>
  );
}
