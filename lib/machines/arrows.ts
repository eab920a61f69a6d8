import { statesIn, type Chart, type State, type Transition } from './chart.ts';
import { labelOf } from './labels.ts';

/** All that leads from one drawn state to another. */
export interface Arrow {
  /** Empty: from any state that has no arrow of its own for what leads along it. */
  readonly source: string;
  readonly target: string;
  /** The causes of the journal that it is taken by, each once. */
  readonly causes: readonly string[];
  /** One line for each transition. */
  readonly labels: readonly string[];
}

/**
 * The arrows of a chart. Transitions between the same two states are one arrow, and what only acts has none. What leads out of an
 * outermost state begins at its border, from whichever state inside: so a chart of many states can be read, and an arrow says as much
 * as a fact of the journal does; only what leaves a choice begins at it. No arrow ends at a state that holds its beginning: what that
 * state begins with stands for it; nor begins one at a state that holds its end: then each other state in that one has the arrow.
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
