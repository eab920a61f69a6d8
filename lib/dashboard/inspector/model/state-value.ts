import type { ChartState } from '../../drawing/marks.ts';
import type { StateValue } from './message.ts';

/** All active states, dotted, each before those inside it. */
export function pathsOf(value: StateValue | undefined): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return [value];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...pathsOf(inner).map((path) => `${name}.${path}`)]);
}

/** A state in words: `running · ready`; with several regions, their innermost states. */
export function stateWords(value: StateValue): string {
  const paths = pathsOf(value);
  const innermost = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`)));
  const [first = ''] = innermost;
  return innermost.length === 1
    ? first.replaceAll('.', ' · ')
    : innermost.map((path) => path.split('.').slice(-2).join(' · ')).join(', ');
}

/** The outer and the nested state, as the journal has them. */
export function chartStateOf(value: StateValue | undefined): ChartState {
  const [state = null, inner] = pathsOf(value);
  return { state, substate: state === null || inner === undefined ? null : inner.slice(state.length + 1) };
}
