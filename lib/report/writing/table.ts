import { html } from './html.ts';
import type { Html } from './html.ts';

/** A head of a column; `number`: its cells are numbers, which stand on the right. */
export type Head = string | { readonly number: string };

/** A table that becomes a list of cards on a narrow screen. */
export function table(heads: readonly Head[], rows: readonly Html[]): Html {
  const drawn = heads.map((head) =>
    typeof head === 'string'
      ? html`<th scope="col">${head}</th>`
      : html`<th scope="col" class="number">${head.number}</th>`,
  );
  return html`<div class="wide">
    <table class="stacked">
      <thead>
        <tr>
          ${drawn}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
