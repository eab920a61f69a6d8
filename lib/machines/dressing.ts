import { escaped } from './escaped.ts';

/** What a part of a drawing is called, for pages that light it and for those who have it read to them. */
export interface Dress {
  readonly id: string;
  readonly class: string;
  readonly title?: string;
  /** As `data-…`. */
  readonly data?: Readonly<Record<string, string>>;
}

/** Graphviz knows ids, but no data, and writes titles of its own: its parts get short ids, which are replaced in what it draws. */
export class Dressing {
  readonly #dresses: Dress[] = [];

  /** Gives the id for the graph. */
  add(dress: Dress): string {
    this.#dresses.push(dress);
    return `dress${this.#dresses.length - 1}`;
  }

  /** The drawing with everything by its name. */
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
