/** What may still live of a tree whose main process is over. */
type Left = 'shim and descendants' | 'shim' | 'descendants';

/**
 * What is left of a process tree, as far as is known. Whether it is being ended, and whether anybody still looks after it, is
 * another matter.
 *
 * - `running`: the main process is not known to have ended, and its shim lives.
 * - `orphaned`: the main process is not known to have ended, and its shim is gone, so that its exit status may stay unknown.
 * - `leftovers`: the main process is over, and others of the tree may live.
 * - `gone`: nothing is left.
 *
 * `isEmpty`: the process table has shown nothing of it but the shim, and the end of the main process has only to be read yet.
 */
export type TreeState =
  | { readonly type: 'running' | 'orphaned'; readonly isEmpty: boolean }
  | { readonly type: 'leftovers'; readonly left: Left }
  | { readonly type: 'gone' };

/** What comes to be known of a tree; `found empty`: it is proven that nothing is left but, perhaps, the shim. */
export type TreeEvent = 'main ended' | 'shim left' | 'found empty';

const GONE: TreeState = { type: 'gone' };

/** The state of a tree that somebody begins to look after; a barren shim never had anything below it. */
export function initialState(is: { readonly isMainOver: boolean; readonly hasNoProcesses: boolean }): TreeState {
  if (!is.isMainOver) return { type: 'running', isEmpty: is.hasNoProcesses };
  return { type: 'leftovers', left: is.hasNoProcesses ? 'shim' : 'shim and descendants' };
}

/** The state of a tree when something more is known of it; to know it twice changes nothing. */
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
    case 'orphaned':
      return state.isEmpty ? GONE : { type: 'leftovers', left: 'descendants' };
    case 'leftovers':
    case 'gone':
      return state;
  }
}

function afterShimLeft(state: TreeState): TreeState {
  switch (state.type) {
    case 'running':
      return { type: 'orphaned', isEmpty: state.isEmpty };
    case 'leftovers':
      return state.left === 'shim' ? GONE : { type: 'leftovers', left: 'descendants' };
    case 'orphaned':
    case 'gone':
      return state;
  }
}

function afterFoundEmpty(state: TreeState): TreeState {
  switch (state.type) {
    case 'running':
    case 'orphaned':
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

/** Whether the shim is not known to have left. */
export function hasShim(state: TreeState): boolean {
  return state.type === 'running' || (state.type === 'leftovers' && state.left !== 'descendants');
}
