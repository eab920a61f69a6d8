/** Where something is in its statechart. */
export interface Standing {
  readonly state: string | null;
  readonly substate: string | null;
}

/** How it got there, as the journal tells it. */
export interface Move extends Standing {
  readonly from: string | null;
  readonly cause: string;
}

/** An arrow of a drawing. */
export interface Arrow {
  /** Dotted. */
  readonly source: string;
  readonly target: string;
  readonly causes: readonly string[];
}

/** The states of a drawing that something is in: the outer one and the one inside it. */
export function currentPaths({ state, substate }: Standing): readonly string[] {
  if (state === null) return [];
  return substate === null ? [state] : [state, `${state}.${substate}`];
}

function outer(path: string): string {
  return path.split('.')[0] ?? path;
}

/** How well an arrow fits a move of which the journal has the outer states only; null: it is another one. */
function fit({ source, target, causes }: Arrow, { from, state, substate, cause }: Move): number | null {
  if (from === null || state === null || outer(source) !== from || outer(target) !== state) return null;
  const isExact = target === state || target === `${state}.${substate ?? ''}`;
  return (causes.includes(cause) ? 2 : 0) + (isExact ? 1 : 0);
}

/** The arrow that a move went along; null: the drawing has none. */
export function arrowOf<A extends Arrow>(arrows: readonly A[], move: Move): A | null {
  let best: { readonly arrow: A; readonly points: number } | null = null;
  for (const arrow of arrows) {
    const points = fit(arrow, move);
    if (points !== null && (best === null || points > best.points)) best = { arrow, points };
  }
  return best?.arrow ?? null;
}
