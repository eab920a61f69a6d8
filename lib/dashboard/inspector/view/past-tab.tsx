import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import type { EventView } from '../../../api/schemas/event.ts';
import type { Move } from '../../drawing/marks.ts';
import { useAnswerUnless } from '../../use-answer.ts';
import { Problem } from '../../words/problem.tsx';
import { localInstant } from '../../words/time.ts';
import { formatRoute } from '../../world/route.ts';
import { useInspection, useInspector, useIsAway } from '../inspector-context.ts';
import type { StateValue } from '../model/message.ts';
import type { Actor } from '../model/tape.ts';
import { routeOf } from './actor-route.ts';
import { Chart } from './chart-tab.tsx';
import { JsonTree } from './json-tree.tsx';

const MAX_EVENTS = 200;

/** The events of the journal about a service or an agent, newest first. */
function useJournal(
  { machine, name }: Actor,
  reading: number,
): {
  readonly events: readonly EventView[] | null;
  readonly problem: string | null;
} {
  const { client } = useInspector();
  const isAway = useIsAway();
  const id = name.slice(name.indexOf(':') + 1);
  // Those of its services are theirs.
  const about = machine === 'service' ? { service_id: id } : { agent_id: id, type: 'agent.*' };
  const { value, problem } = useAnswerUnless(
    isAway,
    async (signal) =>
      await client.listEvents({ query: { ...about, order: 'newest_first', limit: MAX_EVENTS }, signal }),
    [client, machine, name, reading],
  );
  return { events: value?.events ?? null, problem };
}

/** The state after a change of state in the journal; null: the event is none. */
function stateIn({ type, to, detail }: EventView): StateValue | null {
  if (!type.endsWith('.state_changed') || to === undefined) return null;
  const { substate } = detail;
  return typeof substate === 'string' ? { [to]: substate } : to;
}

function moveIn({ from, to, cause, detail: { substate } }: EventView): Move {
  return { from: from ?? null, state: to ?? null, substate: typeof substate === 'string' ? substate : null, cause };
}

function wordsOf({ type, from, to }: EventView): string {
  return to === undefined ? type : `${from ?? '?'} → ${to}`;
}

function PastOf({ actor }: { readonly actor: Actor }): ReactNode {
  const [reading, setReading] = useState(0);
  const { events, problem } = useJournal(actor, reading);
  const [chosen, setChosen] = useState<number | null>(null);
  if (events === null) return problem === null ? <p className="hint">Loading…</p> : <Problem sentence={problem} />;
  const index = chosen === null ? 0 : events.findIndex(({ seq }) => seq === chosen);
  const event = events[index];
  const change = events.slice(Math.max(0, index)).find((one) => stateIn(one) !== null);
  const now = Date.now();
  return (
    <>
      <Problem sentence={problem} />
      <div>
        <Button
          className="button"
          onPress={() => {
            setReading(reading + 1);
          }}
        >
          Read again
        </Button>
      </div>
      <div className="past">
        <ol className="past-events" aria-label="Journal, newest first">
          {events.map((one) => (
            <li key={one.seq}>
              <button
                type="button"
                className="past-event"
                aria-current={one.seq === event?.seq ? 'step' : undefined}
                onClick={() => {
                  setChosen(one.seq);
                }}
              >
                <time dateTime={one.at}>{localInstant(one.at, now)}</time> {wordsOf(one)}{' '}
                <span className="json-size">{one.cause}</span>
              </button>
            </li>
          ))}
        </ol>
        {event === undefined ? (
          <p className="hint">The journal has nothing about this actor.</p>
        ) : (
          <div className="past-detail">
            <JsonTree value={event} />
          </div>
        )}
      </div>
      {change === undefined || actor.machine === null ? null : (
        <Chart machine={actor.machine} value={stateIn(change) ?? undefined} move={moveIn(change)} events="main" />
      )}
    </>
  );
}

/** What the journal has of an actor from before this page was opened, or from earlier hosts. */
export function PastTab({ actor }: { readonly actor: Actor }): ReactNode {
  const isRecording = useInspection(({ context }) => context.recording !== null);
  const route = routeOf(actor);
  if (isRecording) return <p className="hint">A recording has no journal: its past begins with its first event.</p>;
  if (route === null || actor.machine === null)
    return <p className="hint">The journal keeps states of agents and services only, not of the {actor.machine}.</p>;
  return (
    <section className="past-panel" aria-label="Past">
      <p className="hint-line">
        From the journal: states and facts, also of earlier runs of the host, the newest {MAX_EVENTS}. Events between
        actors, and contexts, are not kept; the list of events has those since this page was opened.{' '}
        <a href={`/ui/${formatRoute(route)}`}>The whole history is in the dashboard.</a>
      </p>
      <PastOf actor={actor} />
    </section>
  );
}
