import { STATE_HATCHES, STATE_HEIGHTS } from '../../../frontend/timeline/looks.ts';
import type { Hatch } from '../../../frontend/timeline/looks.ts';
import type { PastStanding } from '../../../frontend/world/standing.ts';

/** How a state is drawn: each has its own height and pattern, so that nobody has to distinguish colours. */
export interface StateLook {
  /** The part of the height of a lane. */
  readonly height: number;
  readonly fill: string | CanvasPattern;
  readonly color: string;
}

/** The colours and patterns of a chart. */
export interface Palette {
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
  readonly accentSurface: string;
  readonly danger: string;
  readonly states: Readonly<Record<PastStanding, StateLook>>;
  readonly unknown: string | CanvasPattern;
  readonly healthy: string;
  readonly degraded: string | CanvasPattern;
}

/** Where people have chosen their own colours, those take the place of ours. */
const FORCED: Readonly<Partial<Record<string, string>>> = {
  ...{ '--surface': 'Canvas', '--accent-surface': 'Canvas', '--line': 'GrayText', '--accent': 'Highlight' },
};

/** A canvas cannot resolve custom properties, so a colour is read from an element that uses it. */
function colorOf(element: HTMLElement, name: string): string {
  const isForced = window.matchMedia('(forced-colors: active)').matches;
  element.style.setProperty('forced-color-adjust', 'none');
  element.style.color = isForced ? (FORCED[name] ?? 'CanvasText') : `var(${name})`;
  const { color } = getComputedStyle(element);
  element.style.removeProperty('color');
  element.style.removeProperty('forced-color-adjust');
  return color;
}

const TILE = 8;

function paint(context: CanvasRenderingContext2D, hatch: Hatch): void {
  context.lineWidth = 1.6;
  context.beginPath();
  if (hatch === 'up' || hatch === 'crossed') {
    for (const by of [-TILE, 0, TILE]) {
      context.moveTo(by, TILE);
      context.lineTo(by + TILE, 0);
    }
  }
  if (hatch === 'down' || hatch === 'crossed') {
    for (const by of [-TILE, 0, TILE]) {
      context.moveTo(by, 0);
      context.lineTo(by + TILE, TILE);
    }
  }
  if (hatch === 'upright') {
    context.moveTo(TILE / 2, 0);
    context.lineTo(TILE / 2, TILE);
  }
  context.stroke();
  if (hatch === 'dots') context.fillRect(TILE / 2 - 1, TILE / 2 - 1, 2.5, 2.5);
}

/** A colour with lines of another one. */
function hatched(color: string, over: string, hatch: Hatch): string | CanvasPattern {
  if (hatch === 'solid') return color;
  const tile = document.createElement('canvas');
  tile.width = TILE;
  tile.height = TILE;
  const context = tile.getContext('2d');
  if (context === null) return color;
  context.fillStyle = color;
  context.fillRect(0, 0, TILE, TILE);
  context.strokeStyle = over;
  context.fillStyle = over;
  paint(context, hatch);
  return context.createPattern(tile, 'repeat') ?? color;
}

/** The palette of the current colour scheme, as an element has it. */
export function paletteOf(element: HTMLElement): Palette {
  const color = (name: string): string => colorOf(element, name);
  const [surface, line] = [color('--surface'), color('--line')];
  const look = (state: PastStanding): StateLook => {
    const own = color(`--state-${state}`);
    return { height: STATE_HEIGHTS[state], color: own, fill: hatched(own, surface, STATE_HATCHES[state]) };
  };
  return {
    ...{ surface, line, text: color('--text'), quiet: color('--quiet'), danger: color('--danger') },
    ...{ accent: color('--accent'), accentSurface: color('--accent-surface') },
    states: {
      ...{ failed: look('failed'), backoff: look('backoff'), unready: look('unready'), starting: look('starting') },
      ...{ stopping: look('stopping'), running: look('running'), stopped: look('stopped') },
    },
    unknown: hatched(surface, color('--quiet'), 'down'),
    healthy: color('--state-running'),
    degraded: hatched(color('--state-backoff'), surface, 'up'),
  };
}
