import { useState } from 'react';
import type { ReactNode } from 'react';
import { ToggleButton } from 'react-aria-components';
import type { Move } from '../../drawing/marks.ts';
import { drawingOf, StatechartDrawing } from '../../drawing/statechart.tsx';
import type { DrawnEvents } from '../../drawing/statechart.tsx';
import { useAnswerUnless } from '../../use-answer.ts';
import { Problem } from '../../words/problem.tsx';
import { useInspection, useInspector, useIsAway } from '../inspector-context.ts';
import { chartStateOf, pathsOf } from '../model/state-value.ts';
import type { StateValue } from '../model/message.ts';
import type { Actor, ActorState, Tape } from '../model/tape.ts';

const EXPORTS = [
  ['SVG', 'svg', 'svg'],
  ['Mermaid', 'mermaid', 'mmd'],
  ['XState JSON', 'json', 'json'],
  ['Stately snippet', 'stately', 'js'],
] as const;

/** The statechart as a file; a link, so that the browser names the file and reports a failure. */
function Exports({ machine, events }: { readonly machine: string; readonly events: DrawnEvents }): ReactNode {
  return (
    <div className="exports" role="group" aria-label={`Export the statechart of the ${machine}`}>
      <span>Export:</span>
      {EXPORTS.map(([title, format, ending]) => (
        <a
          key={format}
          className="button"
          href={`/api/machines/${machine}?format=${format}&events=${events}`}
          download={`${machine}.${ending}`}
        >
          {title}
        </a>
      ))}
    </div>
  );
}

/** The last move up to a state: what the arrow of it is found by. */
export function moveOf(tape: Tape, id: string, now: ActorState): Move | null {
  const before = tape.stateBefore(id, now.position);
  const cause = tape.rowAt(now.position);
  if (before?.value === undefined || cause?.position !== now.position) return null;
  const from = chartStateOf(before.value);
  const to = chartStateOf(now.value);
  const isSame = from.state === to.state && from.substate === to.substate;
  return isSame ? null : { ...to, from: from.state, cause: cause.cause ?? '' };
}

interface ChartProps {
  readonly machine: string;
  readonly value: StateValue | undefined;
  readonly move: Move | null;
  readonly events: DrawnEvents;
}

/** The drawing of a statechart, from the host or from the recording that is shown. */
export function Chart({ machine, value, move, events }: ChartProps): ReactNode {
  const { client } = useInspector();
  const recording = useInspection(({ context }) => context.recording);
  const isAway = useIsAway();
  const { value: svg, problem } = useAnswerUnless(
    isAway,
    async () => (recording === null ? await drawingOf(client, machine, events) : (recording.charts[machine] ?? null)),
    [client, recording, machine, events],
  );
  if (svg === null) {
    const missing = recording === null ? null : `The recording has no chart of the ${machine}.`;
    return <Problem sentence={problem ?? missing} />;
  }
  return <StatechartDrawing svg={svg} machine={machine} paths={pathsOf(value)} move={move} />;
}

/** The statechart of an actor with its state at the shown moment, and the transition that led there. */
export function ChartTab({ actor, state }: { readonly actor: Actor; readonly state: ActorState }): ReactNode {
  const tape = useInspection(({ context }) => context.tape);
  const isRecording = useInspection(({ context }) => context.recording !== null);
  const [events, setEvents] = useState<DrawnEvents>('main');
  const { machine, id } = actor;
  if (machine === null) return null;
  return (
    <>
      {isRecording ? null : (
        <div className="chart-bar">
          <ToggleButton
            className="button toggle"
            isSelected={events === 'all'}
            onChange={(isAll) => {
              setEvents(isAll ? 'all' : 'main');
            }}
          >
            All events
          </ToggleButton>
          <Exports machine={machine} events={events} />
        </div>
      )}
      <Chart
        machine={machine}
        value={state.value}
        move={moveOf(tape, id, state)}
        events={isRecording ? 'main' : events}
      />
    </>
  );
}
