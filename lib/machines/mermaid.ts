import type { Chart, State, Transition } from './chart.ts';
import { labelOf } from './labels.ts';

/** The chart as a Mermaid `stateDiagram-v2`, with every transition that has a target. */
export function mermaidOf({ root, transitions }: Chart): string {
  const isFromAny = transitions.some(({ source, target }) => source === '' && target !== null);
  const any = isFromAny ? [`  state "any state" as ${ANY}`] : [];
  const lines = [...insideOf(root, 1), ...any, ...transitions.flatMap(arrowOf)];
  return ['stateDiagram-v2', ...lines, ''].join('\n');
}

/** The source of transitions of the machine itself: any state that does not handle the event differently. */
const ANY = 'any_state';

/** Mermaid does not accept dots in names. */
function idOf(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9]/g, '_');
}

function insideOf({ type, initial, states }: State, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  const begin = initial === null ? [] : [`${indent}[*] --> ${idOf(initial)}`];
  const parts = states.map((state) => stateLines(state, depth));
  // The regions of a parallel state are separated by lines.
  const divided =
    type === 'parallel'
      ? parts.flatMap((part, index) => (index === 0 ? part : [`${indent}--`, ...part]))
      : parts.flat();
  return [...begin, ...divided];
}

function stateLines(state: State, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  const name = `${indent}state "${state.name}" as ${idOf(state.path)}`;
  if (state.type === 'final') return [name, `${indent}${idOf(state.path)} --> [*]`];
  if (state.isChoice) return [`${indent}state ${idOf(state.path)} <<choice>>`];
  return state.states.length === 0 ? [name] : [`${name} {`, ...insideOf(state, depth + 1), `${indent}}`];
}

function arrowOf(transition: Transition): readonly string[] {
  const { source, target } = transition;
  if (target === null) return [];
  const label = labelOf(transition);
  return [`  ${source === '' ? ANY : idOf(source)} --> ${idOf(target)}${label === '' ? '' : ` : ${label}`}`];
}
