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

/** Which events a drawing shows. */
export type DrawnEvents = 'main' | 'all';

/** Loaded only once, because it is the same for all actors of that kind. */
export function drawingOf(client: Client, machine: string, events: DrawnEvents = 'main'): Promise<string> {
  const known = drawings.get(client) ?? new Map<string, Promise<string>>();
  drawings.set(client, known);
  const key = `${machine} ${events}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const request = client.getMachine({ name: machine, query: { format: 'svg', events } });
  // The response is the text in the requested format; the type is that of the default format.
  const drawing = request as unknown as Promise<string>;
  known.set(key, drawing);
  drawing.catch(() => known.delete(key));
  return drawing;
}

function markStates(svg: SVGSVGElement, paths: readonly string[]): Element | null {
  for (const before of svg.querySelectorAll(`.${CURRENT}`)) before.classList.remove(CURRENT);
  const states = paths.map((path) => svg.querySelector(`[id="state-${CSS.escape(path)}"]`));
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

interface StatechartDrawingProps {
  readonly svg: string;
  /** The name of the machine. */
  readonly machine: string;
  /** The current states, dotted, each before those inside it. */
  readonly paths: readonly string[];
  /** The last transition; null: unknown. */
  readonly move: Move | null;
}

/** A statechart from the host, with the current states and the last transition highlighted. */
export function StatechartDrawing({ svg, machine, paths, move }: StatechartDrawingProps): ReactNode {
  const current = paths.join(' ');
  const moved = move === null ? null : JSON.stringify(move);
  const decorate = useCallback(
    (drawn: SVGSVGElement) => {
      lightMove(drawn, moved === null ? null : (JSON.parse(moved) as Move)); // serialized above
      return markStates(drawn, current === '' ? [] : current.split(' '));
    },
    [current, moved],
  );
  return <Drawing svg={svg} label={`Statechart of the ${machine}`} decorate={decorate} />;
}

interface StatechartProps {
  /** The name of the machine. */
  readonly machine: 'service' | 'agent';
  readonly chartState: ChartState;
  readonly move: Move | null;
}

/** The statechart of an actor, with its current state and its last transition highlighted. */
export function Statechart({ machine, chartState, move }: StatechartProps): ReactNode {
  const { client } = useHost();
  const { value, problem } = useAnswer(() => drawingOf(client, machine), [client, machine]);
  if (value === null) return <Problem sentence={problem} />;
  return <StatechartDrawing svg={value} machine={machine} paths={currentPaths(chartState)} move={move} />;
}
