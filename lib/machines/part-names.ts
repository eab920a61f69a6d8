import { escaped } from './escaped.ts';

/** The names of a part of a drawing, for pages that highlight it and for screen readers. */
export interface PartName {
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
export class PartNames {
  readonly #names: PartName[] = [];

  /** Returns the id for the graph. */
  add(name: PartName): string {
    this.#names.push(name);
    return `name${this.#names.length - 1}`;
  }

  /** The drawing with all names in place. */
  applyTo(svg: string): string {
    return svg.replace(/<g id="(\w+)" class="\w+">\n<title>[^<]*<\/title>/g, (part, id: string) => {
      const name = this.#names[Number(/^name(\d+)$/.exec(id)?.[1] ?? NaN)];
      if (name === undefined) return part.replace(/\n<title>.*$/, '');
      const data = Object.entries(name.data ?? {}).map(([key, value]) => ` data-${key}="${escaped(value)}"`);
      const title = name.title === undefined ? '' : `\n<title>${escaped(name.title)}</title>`;
      return `<g id="${escaped(name.id)}" class="${escaped(name.class)}"${data.join('')}>${title}`;
    });
  }
}
