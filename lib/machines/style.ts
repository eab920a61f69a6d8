import type { Graph } from '@viz-js/viz';
import type { PartNames } from './part-names.ts';
import { escaped } from './escaped.ts';

/** A graph with the names of its parts. */
export interface NamedGraph {
  readonly graph: Graph;
  readonly names: PartNames;
}

/** One of the fonts whose metrics Graphviz knows. */
export const FONT = { fontname: 'Arial', fontsize: 12 } as const;
const SMALL = 10;

/** The style of all drawings. */
export const DRAWING = {
  graphAttributes: {
    ...FONT,
    compound: true,
    newrank: true,
    bgcolor: 'transparent',
    nodesep: 0.3,
    ranksep: 0.25,
    pad: 0.1,
  },
  nodeAttributes: { ...FONT, shape: 'box', style: 'rounded', margin: '0.12,0.06', height: 0.35 },
  edgeAttributes: { ...FONT, fontsize: SMALL, arrowsize: 0.7 },
} as const satisfies Graph;

/** The label lines of an arrow, one below the other. */
export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}\\l`).join('');
}

/** A name in bold with a small line below. */
export function labelHtml(name: string, more: string | null, align: 'left' | 'center'): string {
  const end = `<br align="${align}"/>`;
  const below = more === null ? '' : `${end}<font point-size="${SMALL}">${escaped(more)}</font>`;
  return `<b>${escaped(name)}</b>${below}${more === null ? '' : end}`;
}
