import type { Arrow } from './arrows.ts';
import type { Chart, State } from './chart.ts';

/**
 * The chart as a Mermaid `stateDiagram-v2`, with the same arrows as the drawing: one for all transitions between two
 * states, with a line of its label for each. An arrow for each transition would make the diagram of a service many times as wide as high.
 */
export function mermaidOf({ root }: Chart, arrows: readonly Arrow[]): string {
  const any = arrows.some(({ source }) => source === '') ? [`  state "any state" as ${ANY}`] : [];
  return ['stateDiagram-v2', ...insideOf(root, 1), ...any, ...arrows.map(arrowLine), ''].join('\n');
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

function arrowLine({ source, target, labels }: Arrow): string {
  const label = labels.length === 0 ? '' : ` : ${labels.join('<br/>')}`;
  return `  ${source === '' ? ANY : idOf(source)} --> ${idOf(target)}${label}`;
}
