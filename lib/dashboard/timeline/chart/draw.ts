import { STANDING_NAMES, PAST_STANDINGS } from '../../../frontend/world/standing.ts';
import type { PastStanding } from '../../../frontend/world/standing.ts';
import { importanceOf, indexAt } from '../../../frontend/timeline/lanes.ts';
import type { Lane, LaneMark, Lanes } from '../../../frontend/timeline/lanes.ts';
import type { Period } from '../../../frontend/timeline/period.ts';
import { drawMark } from './marks.ts';
import type { Palette } from './palette.ts';

/** The height of a lane in CSS pixels. */
export const LANE_PX = 26;
const BAR_PX = 14;
/** A narrower bar has no room for a pattern. */
const PATTERN_PX = 4;
/** Above the bar. */
const MARK_PX = 9;
/** Marks that are nearer than this are drawn as one. */
const NEAR_PX = 7;

/** Where lanes are drawn. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  /** Device pixels for one CSS pixel. */
  readonly ratio: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly view: Period;
  readonly palette: Palette;
}

function xOf({ left, width, view }: Frame, at: number): number {
  return left + ((at - view.from) / (view.to - view.from)) * width;
}

function urgency(state: PastStanding | null): number {
  return state === null ? PAST_STANDINGS.length : PAST_STANDINGS.indexOf(state);
}

/** Draws a part of a lane in one state. */
function drawBar(frame: Frame, from: number, to: number, top: number, state: PastStanding | null): void {
  const { context, ratio, palette } = frame;
  const full = BAR_PX * ratio;
  if (state === null) {
    context.fillStyle = palette.unknown;
    context.fillRect(from, top + full * 0.35, to - from, full * 0.3);
    return;
  }
  const { height, fill, color } = palette.states[state];
  context.fillStyle = to - from < PATTERN_PX * ratio ? color : fill;
  context.fillRect(from, top + full * (1 - height), to - from, full * height);
}

/** Names a state where there is room for it. */
function nameBar(frame: Frame, from: number, to: number, top: number, state: PastStanding | null): void {
  const { context, ratio, left, width, palette } = frame;
  const begin = Math.max(from, left) + 4 * ratio;
  const end = Math.min(to, left + width) - 4 * ratio;
  const name = state === null ? 'unknown' : STANDING_NAMES[state];
  const needed = name.length * 6.5 * ratio;
  if (end - begin < needed) return;
  const isBare = state === null || state === 'stopped';
  context.fillStyle = palette.surface;
  if (!isBare && state !== 'running')
    context.fillRect(begin - 2 * ratio, top + 2 * ratio, needed + 2 * ratio, 11 * ratio);
  context.fillStyle = isBare ? palette.quiet : state === 'running' ? palette.surface : palette.text;
  context.fillText(name, begin, top + (isBare ? 4 : 11) * ratio);
}

/** A part of a lane in one state, in device pixels. */
interface Bar {
  readonly from: number;
  readonly to: number;
  readonly state: PastStanding | null;
}

/** The bars of a lane: what is narrower than a pixel becomes one, in the most urgent of its states. */
function* barsOf(frame: Frame, { states }: Lane, knownTo: number): Generator<Bar> {
  const { view, left, width } = frame;
  let index = Math.max(0, indexAt(states, view.from));
  while (index < states.length) {
    const span = states[index];
    if (span === undefined || span.at >= view.to) return;
    const from = Math.max(left, xOf(frame, span.at));
    let { state } = span;
    let { worst } = span;
    let next = index + 1;
    let to = xOf(frame, states[next]?.at ?? knownTo);
    while (to - from < 1 && next < states.length) {
      const other = states[next];
      state = other?.state ?? null;
      if (urgency(other?.worst ?? null) < urgency(worst)) worst = other?.worst ?? null;
      next += 1;
      to = xOf(frame, states[next]?.at ?? knownTo);
    }
    to = Math.min(left + width, Math.max(to, from + 1));
    // Of several changes at one place the most urgent state is a pixel wide.
    const isHidden = urgency(worst) < urgency(state);
    const split = !isHidden ? from : to < from + 2 ? to : from + 1;
    if (split > from) yield { from, to: split, state: worst };
    if (to > split) yield { from: split, to, state };
    index = next;
  }
}

function drawStates(frame: Frame, lane: Lane, knownTo: number, top: number): void {
  const draw = ({ from, to, state }: Bar): void => {
    drawBar(frame, from, to, top, state);
    nameBar(frame, from, to, top, state);
  };
  // A service that flaps at every pixel is one bar.
  let pending = null as Bar | null;
  for (const bar of barsOf(frame, lane, knownTo)) {
    if (pending !== null && pending.state === bar.state && bar.from - pending.to < 1) {
      pending = { ...pending, to: bar.to };
      continue;
    }
    if (pending !== null) draw(pending);
    pending = bar;
  }
  if (pending !== null) draw(pending);
}

/** The marks of a lane; of those at one place the most important one. */
function drawMarks(frame: Frame, { marks }: Lane, top: number): void {
  const { view, ratio } = frame;
  const near = NEAR_PX * ratio;
  let shown: LaneMark | null = null;
  let shownX = -Infinity;
  const flush = (): void => {
    if (shown !== null) drawMark(frame, shown.kind, shownX, top);
  };
  for (let index = indexAt(marks, view.from - 1) + 1; index < marks.length; index += 1) {
    const mark = marks[index];
    if (mark === undefined || mark.at > view.to) break;
    const x = xOf(frame, mark.at);
    if (shown !== null && x - shownX < near) {
      if (importanceOf(mark.kind) < importanceOf(shown.kind)) shown = mark;
      continue;
    }
    flush();
    shown = mark;
    shownX = x;
  }
  flush();
}

/** What is not known of all lanes: before what is stored, after what was read, and without a host. */
function drawUnknown(frame: Frame, lanes: Lanes, scrolled: number): void {
  const { context, palette, top, height, left, width, view, ratio } = frame;
  const cover = (from: number, to: number, words: string, opacity: number): void => {
    const [begin, end] = [Math.max(left, xOf(frame, from)), Math.min(left + width, xOf(frame, to))];
    if (end <= begin) return;
    const shown = Math.max(end, begin + 2 * ratio);
    context.fillStyle = palette.surface;
    context.fillRect(begin, top - scrolled * ratio, shown - begin, LANE_PX * ratio); // the lane of the host: it has no health then
    context.globalAlpha = opacity;
    context.fillRect(begin, top, shown - begin, height);
    context.globalAlpha = 1;
    context.fillStyle = palette.unknown;
    context.fillRect(begin, top, shown - begin, 6 * ratio);
    context.strokeStyle = palette.quiet;
    context.strokeRect(begin, top, shown - begin, height);
    if (shown - begin < words.length * 6.5 * ratio) return;
    context.fillStyle = palette.quiet;
    context.fillText(words, begin + 4 * ratio, top + height - 4 * ratio);
  };
  // What was known last of services is still seen through it.
  for (const { from, to, isExact } of lanes.absences)
    cover(from, to, isExact ? 'no host' : 'no host, or unknown', 0.88);
  if (lanes.storedSince !== null) cover(view.from, lanes.storedSince, 'nothing stored', 1);
}

/** The health of the host. */
function drawHealth(frame: Frame, { health, extent }: Lanes, top: number): void {
  const { context, palette, ratio, left, width, view } = frame;
  const full = BAR_PX * ratio;
  for (const [index, { at, status }] of health.entries()) {
    const next = health[index + 1]?.at ?? extent.to;
    if (next < view.from || at > view.to) continue;
    const [from, to] = [Math.max(left, xOf(frame, at)), Math.min(left + width, xOf(frame, next))];
    if (status === null) {
      drawBar(frame, from, to, top, null);
      continue;
    }
    const share = status === 'healthy' ? 0.4 : 1;
    context.fillStyle = status === 'healthy' ? palette.healthy : palette.degraded;
    context.fillRect(from, top + full * (1 - share), Math.max(ratio, to - from), full * share);
  }
}

/** Draws the lane of the host, and below it those of services that are in view. */
export function drawLanes(frame: Frame, lanes: Lanes, rows: readonly Lane[], scrolled: number, chosen: number): void {
  const { context, ratio, palette, left, top, width, height } = frame;
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.font = `${11 * ratio}px system-ui, sans-serif`;
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  context.lineWidth = ratio;
  const row = LANE_PX * ratio;
  const first = Math.max(0, Math.floor((scrolled * ratio) / row));
  for (let index = first; index < rows.length; index += 1) {
    const lane = rows[index];
    const begin = top + row * index - scrolled * ratio;
    if (lane === undefined || begin > top + height) break;
    if (index === chosen) {
      context.fillStyle = palette.accentSurface;
      context.fillRect(left, begin, width, row);
    }
    context.fillStyle = palette.line;
    context.fillRect(left, begin + row - 1, width, 1);
    const bars = begin + (MARK_PX + 2) * ratio;
    if (lane.id === null) drawHealth(frame, lanes, bars);
    else drawStates(frame, lane, lanes.extent.to, bars);
    for (const { from, to } of lane.condensed) {
      context.fillStyle = palette.unknown;
      context.fillRect(
        xOf(frame, from),
        bars,
        Math.max(ratio, xOf(frame, to) - xOf(frame, from)),
        BAR_PX * ratio * 0.4,
      );
    }
    drawMarks(frame, lane, begin + ratio);
  }
  drawUnknown(frame, lanes, scrolled);
  context.restore();
}
