import type { PublicState } from '../../model/states.ts';
import type { Colors } from './colors.ts';
import type { Cell } from './table.ts';

/** A state to display: always as a word, and with a colour if possible. */
export interface ShownState {
  readonly state: PublicState;
  readonly substate?: string | null;
  /** Null or absent: it is known that the state is still that. */
  readonly doubt?: object | null;
}

/** The state as text, with the nested state if it adds something: `starting (waiting)`. */
export function stateWords({ doubt = null, ...known }: ShownState): string {
  return doubt === null ? knownWords(known) : `${knownWords(known)}, in doubt`;
}

function knownWords({ state, substate = null }: ShownState): string {
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
export function paintOf({ state, substate, doubt = null }: ShownState, colors: Colors): (text: string) => string {
  if (doubt !== null) return colors.yellow;
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
