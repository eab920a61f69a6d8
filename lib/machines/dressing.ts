import { escaped } from './escaped.ts';

/** The names of a part of a drawing, for pages that highlight it and for screen readers. */
export interface Dress {
  readonly id: string;
  readonly class: string;
  readonly title?: string;
  /** As `data-…`. */
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Graphviz supports ids but no data attributes, and writes its own titles: its parts get short ids, which are replaced
 * in its output.
 */
export class Dressing {
  readonly #dresses: Dress[] = [];

  /** Returns the id for the graph. */
  add(dress: Dress): string {
    this.#dresses.push(dress);
    return `dress${this.#dresses.length - 1}`;
  }

  /** The drawing with all names in place. */
  put(svg: string): string {
    return svg.replace(/<g id="(\w+)" class="\w+">\n<title>[^<]*<\/title>/g, (part, id: string) => {
      const dress = this.#dresses[Number(/^dress(\d+)$/.exec(id)?.[1] ?? NaN)];
      if (dress === undefined) return part.replace(/\n<title>.*$/, '');
      const data = Object.entries(dress.data ?? {}).map(([name, value]) => ` data-${name}="${escaped(value)}"`);
      const title = dress.title === undefined ? '' : `\n<title>${escaped(dress.title)}</title>`;
      return `<g id="${escaped(dress.id)}" class="${escaped(dress.class)}"${data.join('')}>${title}`;
    });
  }
}
