/** A position in a statechart. */
export interface ChartState {
  readonly state: string | null;
  readonly substate: string | null;
}

/** A transition, as recorded in the journal. */
export interface Move extends ChartState {
  readonly from: string | null;
  readonly cause: string;
}

/** An arrow in a drawing. */
export interface Arrow {
  /** A dotted path; empty: any state. */
  readonly source: string;
  readonly target: string;
  readonly causes: readonly string[];
}

/** The current states in a drawing: the outer state and its nested state. */
export function currentPaths({ state, substate }: ChartState): readonly string[] {
  if (state === null) return [];
  return substate === null ? [state] : [state, `${state}.${substate}`];
}

function outer(path: string): string {
  return path.split('.')[0] ?? path;
}

/** The score of an arrow whose cause matches. */
const BY_CAUSE = 4;

/** The score of an arrow for a move, of which the journal has only the outer states; null: it does not match. */
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

/** The best matching arrow and its score. */
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

/** The two arrows of a move through a choice state: the first matches by cause, the second has no cause. */
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

/** The arrows of a move: one, or two through a choice state; empty: the drawing has none. */
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
