import { statesIn, type Chart, type State, type Transition } from './chart.ts';
import { labelOf } from './labels.ts';

/** All transitions from one drawn state to another. */
export interface Arrow {
  /** Empty: from any state without an arrow of its own for this event. */
  readonly source: string;
  readonly target: string;
  /** The journal causes that take it, each once. */
  readonly causes: readonly string[];
  /** One line per transition. */
  readonly labels: readonly string[];
}

/**
 * The arrows of a chart. Transitions between the same two states are one arrow; those that only run actions have none.
 * An arrow out of an outermost state starts at its border, whichever state inside it comes from: this keeps charts of
 * many states readable, and an arrow says as much as a journal event does. Only arrows out of a choice start at the
 * choice. No arrow ends at a state that contains its start: the initial state inside stands for it. No arrow starts at
 * a state that contains its end: each other state inside has the arrow instead.
 */
export function arrowsOf({ root, transitions }: Chart, without: readonly string[] = []): readonly Arrow[] {
  const states = new Map(statesIn(root).map((state) => [state.path, state]));
  const arrows = new Map<string, Arrow>();
  for (const transition of transitions) {
    const { trigger, target, cause } = transition;
    if (target === null || (trigger.type === 'event' && without.includes(cause))) continue;
    for (const [from, to] of ends(transition.source, target, states)) add(arrows, from, to, transition);
  }
  return [...arrows.values()];
}

function add(arrows: Map<string, Arrow>, source: string, target: string, transition: Transition): void {
  const key = `${source} ${target}`;
  const { causes, labels } = arrows.get(key) ?? { causes: [], labels: [] };
  const label = labelOf(transition);
  arrows.set(key, {
    source,
    target,
    causes: [...new Set([...causes, transition.cause])],
    labels: [...new Set([...labels, label])].filter((line) => line !== ''),
  });
}

function ends(
  source: string,
  target: string,
  states: ReadonlyMap<string, State>,
): readonly (readonly [from: string, to: string])[] {
  const [outermost = ''] = source.split('.');
  if (states.get(source)?.isChoice === true) return [[source, target]];
  if (target !== outermost && !isWithin(target, outermost)) return [[outermost, target]];
  if (source === target || isWithin(source, target)) {
    const first = states.get(target)?.initial;
    return first == null ? [[source, target]] : ends(source, first, states);
  }
  if (!isWithin(target, source)) return [[source, target]];
  const inside = states.get(source)?.states.filter(({ isChoice }) => !isChoice) ?? [];
  return inside.filter(({ path }) => path !== target).flatMap(({ path }) => ends(path, target, states));
}

function isWithin(path: string, outer: string): boolean {
  return path.startsWith(`${outer}.`);
}
