import { escaped } from './escaped.ts';
import { graphviz } from './graphviz.ts';
import type { NamedGraph } from './style.ts';

/** The title and description of a drawing, for screen readers. */
export interface Caption {
  /** Distinguishes its ids from those of other drawings on the page. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

/** Draws a graph as SVG in the surrounding text colour; ready to be embedded in a page. */
export async function drawSvg({ graph, names }: NamedGraph, { name, title, description }: Caption): Promise<string> {
  const text = await graphviz.draw(graph);
  const svg = text.slice(text.indexOf('<svg')).replaceAll(/<!--.*?-->\n?/gs, '');
  const ids = [`drawing-title-${name}`, `drawing-description-${name}`] as const;
  const head =
    `<title id="${ids[0]}">${escaped(title)}</title>\n` + `<desc id="${ids[1]}">${escaped(description)}</desc>\n`;
  return names
    .applyTo(svg)
    .replaceAll(/(stroke|fill)="black"/g, '$1="currentColor"')
    .replace(/^<svg ([^>]*)>\n/, `<svg role="img" aria-labelledby="${ids.join(' ')}" fill="currentColor" $1>\n${head}`);
}
