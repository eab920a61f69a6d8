import { importanceOf } from '../../frontend/timeline/lanes.ts';
import type { Lane, LaneMark, Lanes } from '../../frontend/timeline/lanes.ts';
import { STATE_HEIGHTS } from '../../frontend/timeline/looks.ts';
import { MARK_COLORS, MARK_PX, markPath, markWords } from '../../frontend/timeline/marks.ts';
import { spanOf } from '../../frontend/timeline/period.ts';
import type { Period } from '../../frontend/timeline/period.ts';
import { counted } from '../../frontend/words/amount.ts';
import { STANDING_NAMES, STANDINGS } from '../../frontend/world/standing.ts';
import type { Standing } from '../../frontend/world/standing.ts';
import { html } from '../writing/html.ts';
import type { Content, Html } from '../writing/html.ts';
import { localTime } from '../writing/words.ts';
import { placeOf } from './axis.ts';

/** In CSS pixels: the bar below the marks. */
const BAR_TOP = 11;
const BAR_PX = 14;
/** Percent of the width: what is narrower has no room for a word, or cannot be seen. */
const NAMED = 16;
const SEEN = 0.1;
/** Of marks that are nearer, only the most important one is drawn. */
const NEAR = 1.5;

/** A part of a lane in one state; null: unknown. */
export interface Bar extends Period {
  readonly state: Standing | null;
}

/** The parts of a lane, cut where no host was alive: no state is known then. */
export function barsOf(lanes: Lanes, { states }: Lane, period: Period): readonly Bar[] {
  const end = Math.min(period.to, lanes.extent.to);
  const bars: Bar[] = [];
  const add = (from: number, to: number, state: Standing | null): void => {
    if (to <= from) return;
    const last = bars.at(-1);
    if (last?.state === state && last.to === from) bars[bars.length - 1] = { ...last, to };
    else bars.push({ from, to, state });
  };
  for (const [index, { at, state }] of states.entries()) {
    let from = Math.max(period.from, at);
    const to = Math.min(end, states[index + 1]?.at ?? end);
    for (const gap of lanes.absences) {
      if (gap.to <= from || gap.from >= to) continue;
      add(from, Math.max(from, gap.from), state);
      add(Math.max(from, gap.from), Math.min(to, gap.to), null);
      from = Math.max(from, gap.to);
    }
    add(from, to, state);
  }
  return bars;
}

/** How much of a period a lane was in each state, as words: `running 91 %, backoff 9 %`. */
export function sharesOf(bars: readonly Bar[], period: Period): string {
  const shares = [...STANDINGS, null].flatMap((state): readonly string[] => {
    const total = bars.filter((bar) => bar.state === state).reduce((sum, bar) => sum + spanOf(bar), 0);
    const share = (total / Math.max(1, spanOf(period))) * 100;
    if (total === 0) return [];
    const name = state === null ? 'unknown' : STANDING_NAMES[state];
    return [`${name} ${share < 1 ? '<1' : Math.round(share)}\u00a0%`];
  });
  return shares.length === 0 ? 'nothing known' : shares.join(', ');
}

/** How many marks of a kind there are. */
export function countOf({ marks }: Lane, kind: LaneMark['kind']): number {
  return marks.filter((mark) => mark.kind === kind).reduce((sum, { count }) => sum + count, 0);
}

/** Of marks at one place the most important one, by time. */
export function shownMarks(marks: readonly LaneMark[], period: Period): readonly LaneMark[] {
  const shown: LaneMark[] = [];
  for (const mark of marks) {
    const last = shown.at(-1);
    if (last === undefined || placeOf(period, mark.at) - placeOf(period, last.at) >= NEAR) shown.push(mark);
    else if (importanceOf(mark.kind) < importanceOf(last.kind)) shown[shown.length - 1] = mark;
  }
  return shown;
}

function drawnBar(period: Period, { from, to, state }: Bar): Content {
  const x = placeOf(period, from);
  const width = Math.max(SEEN, Math.round((placeOf(period, to) - x) * 100) / 100);
  const height = Math.round(BAR_PX * (state === null ? 0.3 : STATE_HEIGHTS[state]));
  const y = state === null ? BAR_TOP + 5 : BAR_TOP + BAR_PX - height;
  const fill = `url(#bar-${state ?? 'unknown'})`;
  const rect = html`<rect x="${x}%" y="${y}" width="${width}%" height="${height}" fill="${fill}" />`;
  if (width < NAMED || state === null) return rect;
  const name = STANDING_NAMES[state];
  if (state === 'stopped') return [rect, html`<text x="${x}%" dx="4" y="${BAR_TOP + 9}">${name}</text>`];
  if (state === 'running') return [rect, html`<text class="bare" x="${x}%" dx="4" y="${BAR_TOP + 11}">${name}</text>`];
  const plate = html`<svg x="${x}%" y="${BAR_TOP + 2}">
    <rect class="plate" x="3" width="${name.length * 6 + 4}" height="11" />
  </svg>`;
  return [rect, plate, html`<text x="${x}%" dx="5" y="${BAR_TOP + 11}">${name}</text>`];
}

function drawnMark(period: Period, mark: LaneMark): Html {
  const color = MARK_COLORS[mark.kind];
  return html`<svg x="${placeOf(period, mark.at)}%" y="1">
    <path
      class="${color === 'accent' ? color : `mark-${color}`}"
      transform="translate(-${MARK_PX / 2} 0)"
      d="${markPath(mark.kind)}"
    >
      <title>${markWords(mark)}, ${localTime(mark.at)}</title>
    </path>
  </svg>`;
}

/** The lane of a service, which says in words what it shows. */
export function drawnLane(lanes: Lanes, lane: Lane, period: Period): Html {
  const bars = barsOf(lanes, lane, period);
  const crashes = countOf(lane, 'crash');
  const label = `${lane.id ?? ''}: ${sharesOf(bars, period)}${crashes === 0 ? '' : `; ${counted(crashes, 'crash', 'crashes')}`}`;
  const condensed = lane.condensed.map(({ from, to }) => {
    const x = placeOf(period, from);
    const width = Math.max(SEEN, Math.round((placeOf(period, to) - x) * 100) / 100);
    return html`<rect class="mark-quiet" x="${x}%" y="${BAR_TOP - 1}" width="${width}%" height="2" />`;
  });
  return html`<svg class="lane" role="img" aria-label="${label}">
    ${bars.map((bar) => drawnBar(period, bar))}${condensed}${shownMarks(lane.marks, period).map((mark) => drawnMark(period, mark))}
  </svg>`;
}

/** A bar that stands on the ground of its lane. */
function drawnSpan(period: Period, { from, to }: Period, height: number, paint: Html): Html {
  const x = placeOf(period, from);
  const width = Math.max(SEEN, placeOf(period, to) - x);
  return html`<rect x="${x}%" y="${BAR_TOP + BAR_PX - height}" width="${width}%" height="${height}" ${paint} />`;
}

/** The lane of the host: its health, and when there was none. */
export function drawnHost(lanes: Lanes, period: Period): Html {
  const health = lanes.health.map(({ at, status }, index): Content => {
    const to = lanes.health[index + 1]?.at ?? lanes.extent.to;
    const fill = status === null ? 'unknown' : status === 'healthy' ? 'running' : 'backoff';
    const height = status === 'degraded' ? BAR_PX : 6;
    return drawnSpan(period, { from: at, to }, height, html`fill="url(#bar-${fill})"`);
  });
  const gaps = lanes.absences.map((absence) =>
    drawnSpan(period, absence, BAR_PX, html`fill="var(--surface)" stroke="var(--quiet)"`),
  );
  return html`<svg class="lane" role="img" aria-label="The host: its health, and when there was none">
    ${health}${gaps}${shownMarks(lanes.host.marks, period).map((mark) => drawnMark(period, mark))}
  </svg>`;
}
