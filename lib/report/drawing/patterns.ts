import { STATE_HATCHES } from '../../frontend/timeline/looks.ts';
import type { Hatch } from '../../frontend/timeline/looks.ts';
import { PAST_STANDINGS } from '../../frontend/world/standing.ts';
import { html } from '../writing/html.ts';
import type { Content, Html } from '../writing/html.ts';

const TILE = 8;
const UP = 'M-8 8L0 0M0 8L8 0M8 8L16 0';
const DOWN = 'M-8 0L0 8M0 0L8 8M8 0L16 8';

const LINES: Readonly<Record<Hatch, string>> = {
  solid: '',
  up: UP,
  down: DOWN,
  crossed: UP + DOWN,
  upright: 'M4 0V8',
  dots: 'M3 4h2.5',
};

function pattern(id: string, color: string, over: string, hatch: Hatch): Content {
  const width = hatch === 'dots' ? 2.5 : 1.6;
  return html`<pattern id="bar-${id}" width="${TILE}" height="${TILE}" patternUnits="userSpaceOnUse"
    ><rect width="${TILE}" height="${TILE}" fill="var(--${color})" /><path
      d="${LINES[hatch]}"
      stroke="var(--${over})"
      stroke-width="${width}"
  /></pattern>`;
}

/** The fills of bars, once for the whole document: each state has its own pattern. */
export function patterns(): Html {
  const states = PAST_STANDINGS.map((state) => pattern(state, `state-${state}`, 'surface', STATE_HATCHES[state]));
  return html`<svg width="0" height="0" aria-hidden="true">
    <defs>${states}${pattern('unknown', 'surface', 'quiet', 'down')}</defs>
  </svg>`;
}
