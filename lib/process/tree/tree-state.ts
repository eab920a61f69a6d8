/** What may still be alive of a tree whose main process has ended. */
type Left = 'shim and descendants' | 'shim' | 'descendants';

/**
 * What is known to be left of a process tree, independent of whether it is being ended or still supervised.
 *
 * - `running`: the main process is not known to have ended, and its shim is alive.
 * - `shimless`: the main process is not known to have ended, but its shim has, so that its exit status may stay
 *   unknown.
 * - `leftovers`: the main process has ended, and other processes of the tree may be alive.
 * - `gone`: nothing is left.
 *
 * `isEmpty`: the process table showed nothing but the shim, and only the end of the main process has not been read yet.
 */
export type TreeState =
  | { readonly type: 'running' | 'shimless'; readonly isEmpty: boolean }
  | { readonly type: 'leftovers'; readonly left: Left }
  | { readonly type: 'gone' };

/** A new fact about a tree; `found empty`: it is certain that nothing is left, except perhaps the shim. */
export type TreeEvent = 'main ended' | 'shim left' | 'found empty';

const GONE: TreeState = { type: 'gone' };

/** The state of a tree when its supervision starts; with `hasNoProcesses` its shim never had descendants. */
export function initialState(is: { readonly isMainOver: boolean; readonly hasNoProcesses: boolean }): TreeState {
  if (!is.isMainOver) return { type: 'running', isEmpty: is.hasNoProcesses };
  return { type: 'leftovers', left: is.hasNoProcesses ? 'shim' : 'shim and descendants' };
}

/** The state of a tree after a new fact; a repeated fact changes nothing. */
export function stateAfter(event: TreeEvent, state: TreeState): TreeState {
  switch (event) {
    case 'main ended':
      return afterMainEnded(state);
    case 'shim left':
      return afterShimLeft(state);
    case 'found empty':
      return afterFoundEmpty(state);
  }
}

function afterMainEnded(state: TreeState): TreeState {
  switch (state.type) {
    case 'running':
      return { type: 'leftovers', left: state.isEmpty ? 'shim' : 'shim and descendants' };
    case 'shimless':
      return state.isEmpty ? GONE : { type: 'leftovers', left: 'descendants' };
    case 'leftovers':
    case 'gone':
      return state;
  }
}

function afterShimLeft(state: TreeState): TreeState {
  switch (state.type) {
    case 'running':
      return { type: 'shimless', isEmpty: state.isEmpty };
    case 'leftovers':
      return state.left === 'shim' ? GONE : { type: 'leftovers', left: 'descendants' };
    case 'shimless':
    case 'gone':
      return state;
  }
}

function afterFoundEmpty(state: TreeState): TreeState {
  switch (state.type) {
    case 'running':
    case 'shimless':
      return { type: state.type, isEmpty: true };
    case 'leftovers':
      return state.left === 'descendants' ? GONE : { type: 'leftovers', left: 'shim' };
    case 'gone':
      return state;
  }
}

/** Whether the end of the main process is known. */
export function isMainOver(state: TreeState): boolean {
  return state.type === 'leftovers' || state.type === 'gone';
}

/** Whether the shim is not known to have exited. */
export function hasShim(state: TreeState): boolean {
  return state.type === 'running' || (state.type === 'leftovers' && state.left !== 'descendants');
}
