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
  /** Dotted; empty: any state. */
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

/** The points of an arrow by its cause. */
const BY_CAUSE = 4;

/** How well an arrow fits a move of which the journal has the outer states only; null: it is another one. */
function fit(arrow: Arrow, move: Move): number | null {
  const { target, causes } = arrow;
  const { from, state, substate, cause } = move;
  if (from === null || state === null || outer(target) !== state) return null;
  const isAny = arrow.source === '';
  if (!isAny && outer(arrow.source) !== from) return null;
  const isByCause = causes.includes(cause);
  if (isAny && !isByCause) return null;
  const isExact = target === state || target === `${state}.${substate ?? ''}`;
  return (isByCause ? BY_CAUSE : 0) + (isAny ? 0 : 2) + (isExact ? 1 : 0);
}

/** The arrow that fits best, with its points. */
function best<A extends Arrow>(
  arrows: readonly A[],
  move: Move,
): { readonly arrow: A; readonly points: number } | null {
  let found: { readonly arrow: A; readonly points: number } | null = null;
  for (const arrow of arrows) {
    const points = fit(arrow, move);
    if (points !== null && (found === null || points > found.points)) found = { arrow, points };
  }
  return found;
}

function isOfChoice({ causes }: Arrow): boolean {
  return causes.includes('choice');
}

/** The two arrows of a move over a choice: the first by the cause, the second without one. */
function overChoice<A extends Arrow>(arrows: readonly A[], move: Move): readonly A[] {
  for (const second of arrows.filter(isOfChoice)) {
    if (fit({ ...second, source: move.from ?? '' }, move) === null) continue;
    const into = arrows.filter(({ target }) => target === second.source);
    const choice = { ...move, state: outer(second.source), substate: second.source.split('.')[1] ?? null };
    const first = best(into, choice);
    if (first !== null && first.points >= BY_CAUSE) return [first.arrow, second];
  }
  return [];
}

/** The arrows that a move went along: one, or two over a choice; empty: the drawing has none. */
export function arrowsOf<A extends Arrow>(arrows: readonly A[], move: Move): readonly A[] {
  const choices = new Set(arrows.filter(isOfChoice).map(({ source }) => source));
  const direct = best(
    arrows.filter(({ source, target }) => !choices.has(source) && !choices.has(target)),
    move,
  );
  if (direct !== null && direct.points >= BY_CAUSE) return [direct.arrow];
  const two = overChoice(arrows, move);
  return two.length > 0 || direct === null ? two : [direct.arrow];
}
