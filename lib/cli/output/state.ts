import type { PublicState } from '../../model/states.ts';
import type { Colors } from './colors.ts';
import type { Cell } from './table.ts';

/** A state to display: always as a word, and with a colour if possible. */
export interface ShownState {
  readonly state: PublicState;
  readonly substate?: string | null;
}

/** The state as text, with the nested state if it adds something: `starting (waiting)`. */
export function stateWords({ state, substate = null }: ShownState): string {
  if (state === 'running' && substate === 'unready') return 'running, not ready';
  return substate === null || substate === 'ready' || (state === 'stopped' && substate === 'idle')
    ? state
    : `${state} (${substate})`;
}

/** The state as a table cell. */
export function stateCell(shown: ShownState, colors: Colors): Cell {
  return { text: stateWords(shown), paint: paintOf(shown, colors) };
}

/** The colour of a state. */
export function paintOf({ state, substate }: ShownState, colors: Colors): (text: string) => string {
  switch (state) {
    case 'running':
      return substate === 'unready' ? colors.yellow : colors.green;
    case 'starting':
    case 'stopping':
      return colors.cyan;
    case 'backoff':
      return colors.yellow;
    case 'failed':
      return colors.red;
    case 'stopped':
      return colors.dim;
  }
}
