import type { PublicState } from '../../model/states.ts';
import type { Colors } from './colors.ts';
import type { Cell } from './table.ts';

/** How a state is shown: its word always, a colour where there are colours. */
export interface ShownState {
  readonly state: PublicState;
  readonly substate?: string | null;
}

/** The state in words, with the nested one where it says more: `starting (waiting)`. */
export function stateWords({ state, substate = null }: ShownState): string {
  return substate === null || substate === 'ready' || (state === 'stopped' && substate === 'idle')
    ? state
    : `${state} (${substate})`;
}

/** The state as a cell of a table. */
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
