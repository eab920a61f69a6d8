import { plain } from '../../frontend/words/visible.ts';

/** Text that is HTML already. Only {@link html} and {@link trusted} make it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand in a template: a text is escaped. Null: nothing. */
export type Content = Html | string | number | null | readonly Content[];

/** Characters that change the direction of what follows, so that people would read something else than is written. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Any text as the content of an element or an attribute: markup shows as it is written, colours of a terminal are left
 * out, and control characters and marks of direction have a visible name.
 */
export function escaped(text: string): string {
  return plain(text)
    .replace(DIRECTIONS, (mark) => `[U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

function written(content: Content): string {
  if (content === null) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'number') return String(content);
  return typeof content === 'string' ? escaped(content) : content.map(written).join('');
}

/** A template whose values are escaped. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(parts.map((part, index) => part + written(values[index] ?? null)).join(''));
}

/** A text of this program that is HTML. */
export function trusted(text: string): Html {
  return new Html(text);
}
