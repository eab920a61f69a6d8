import { localSentence, shownTime } from '../../frontend/words/local-time.ts';
import { STATE_SHAPES } from '../../frontend/world/state-shapes.ts';
import { wordsOf } from '../../frontend/world/standing.ts';
import type { Standing } from '../../frontend/world/standing.ts';
import type { Listed } from '../content.ts';
import { counted } from '../../frontend/words/amount.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';

function isoOf(at: number | string): string {
  return typeof at === 'string' ? at : new Date(at).toISOString();
}

/** An instant in local time as a text, to the second. */
export function localTime(at: number | string): string {
  return shownTime(isoOf(at)).slice(0, 19);
}

/** An instant in local time, to the second. */
export function time(at: number | string): Html {
  return html`<time datetime="${isoOf(at)}">${localTime(at)}</time>`;
}

/** The same to the millisecond. */
export function preciseTime(at: string): Html {
  return html`<time datetime="${at}">${shownTime(at)}</time>`;
}

/** A sentence of the host with its instants in local time. */
export function sentence(text: string): Html {
  return html`${localSentence(text)}`;
}

/** A state as mark, colour and word. */
export function stateWords(state: Standing): Html {
  return html`<span class="state is-${state}"
    ><svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
      <path d="${STATE_SHAPES[state]}" fill-rule="evenodd" /></svg
    >${wordsOf(state)}</span
  >`;
}

/** How far local time is ahead of UTC at an instant: `UTC+01:00`. */
export function offsetOf(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
}

/** What a list leaves out; null: nothing. */
export function omission(
  { items, omitted, isPartial }: Listed<unknown>,
  what: string,
  several = `${what}s`,
): Html | null {
  if (omitted === 0 && !isPartial) return null;
  const least = isPartial ? 'at least ' : '';
  return html`<p class="note">
    Only the latest ${items.length} are here; ${least}${counted(omitted, what, several)} of this range left out. Take a
    shorter range, or one agent, to see them.
  </p>`;
}
