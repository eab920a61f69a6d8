import { useCallback } from 'react';
import type { ReactNode } from 'react';
import type { Client } from '../../client/client.ts';
import { useHost } from '../host-context.ts';
import { useAnswer } from '../use-answer.ts';
import { Problem } from '../words/problem.tsx';
import { Drawing } from './drawing.tsx';
import { arrowsOf, currentPaths } from './marks.ts';
import type { Move, ChartState } from './marks.ts';

const CURRENT = 'is-current';
const LIT = 'is-lit';

/** The drawings loaded by this page. */
const drawings = new WeakMap<Client, Map<string, Promise<string>>>();

/** Loaded only once, because it is the same for all services. */
function drawingOf(client: Client, machine: string): Promise<string> {
  const known = drawings.get(client) ?? new Map<string, Promise<string>>();
  drawings.set(client, known);
  const before = known.get(machine);
  if (before !== undefined) return before;
  const request = client.getMachine({ name: machine, query: { format: 'svg' } });
  // The response is the text in the requested format; the type is that of the default format.
  const drawing = request as unknown as Promise<string>;
  known.set(machine, drawing);
  drawing.catch(() => known.delete(machine));
  return drawing;
}

interface StatechartProps {
  /** The name of the machine. */
  readonly machine: 'service' | 'agent';
  readonly chartState: ChartState;
  /** The last transition; null: unknown. */
  readonly move: Move | null;
}

function markStates(svg: SVGSVGElement, chartState: ChartState): Element | null {
  for (const before of svg.querySelectorAll(`.${CURRENT}`)) before.classList.remove(CURRENT);
  const states = currentPaths(chartState).map((path) => svg.querySelector(`[id="state-${CSS.escape(path)}"]`));
  for (const state of states) state?.classList.add(CURRENT);
  return states.findLast((state) => state !== null) ?? null;
}

function lightMove(svg: SVGSVGElement, move: Move | null): void {
  for (const before of svg.querySelectorAll(`.${LIT}`)) before.classList.remove(LIT);
  if (move === null) return;
  const arrows = [...svg.querySelectorAll<SVGGElement>('.transition')].map((element) => ({
    element,
    source: element.dataset['source'] ?? '',
    target: element.dataset['target'] ?? '',
    causes: (element.dataset['causes'] ?? '').split(' '),
  }));
  for (const { element } of arrowsOf(arrows, move)) element.classList.add(LIT);
}

/** The statechart of an actor, with its current state and its last transition highlighted. */
export function Statechart({ machine, chartState: { state, substate }, move }: StatechartProps): ReactNode {
  const { client } = useHost();
  const { value, problem } = useAnswer(() => drawingOf(client, machine), [client, machine]);
  const moved = move === null ? null : JSON.stringify(move);
  const decorate = useCallback(
    (svg: SVGSVGElement) => {
      lightMove(svg, moved === null ? null : (JSON.parse(moved) as Move)); // serialized above
      return markStates(svg, { state, substate });
    },
    [state, substate, moved],
  );
  if (value === null) return <Problem sentence={problem} />;
  return <Drawing svg={value} label={`Statechart of the ${machine}`} decorate={decorate} />;
}
