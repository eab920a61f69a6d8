import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import type { DescribedEventView } from '../../../api/schemas/event.ts';
import { useHost } from '../../host-context.ts';
import { useAnswer } from '../../use-answer.ts';
import { Problem } from '../../words/problem.tsx';
import { localInstant, localSentence } from '../../words/time.ts';
import { formatTimelineAddress } from '../model/address.ts';
import type { TimelineAddress } from '../model/address.ts';
import type { Period } from '../../../frontend/timeline/period.ts';

const FIRST_EVENTS = 100;
const MOST_EVENTS = 1_000;

/** Whose past is shown; the events of an agent are those of its services too. */
export interface TimelineSubject {
  readonly type: 'service' | 'agent';
  readonly id: string;
}

interface EventListProps {
  readonly period: Period;
  /** Null: of everything. */
  readonly subject: TimelineSubject | null;
  /** The number of the chosen event; null: none. */
  readonly chosen: number | null;
  readonly address: TimelineAddress;
  readonly path: string;
}

function whoOf({ actor, tool }: DescribedEventView): string | null {
  if (actor === undefined || actor === null) return null;
  return tool === undefined || tool === null ? actor : `${actor} (${tool})`;
}

interface EventRowProps {
  readonly event: DescribedEventView;
  readonly isChosen: boolean;
  readonly href: string;
}

function EventRow({ event, isChosen, href }: EventRowProps): ReactNode {
  const now = Date.now();
  const who = whoOf(event);
  return (
    <li className="tl-event" aria-current={isChosen ? 'true' : undefined}>
      <a href={href}>
        <time dateTime={event.at}>{localInstant(event.at, now)}</time>
      </a>
      <span className="tl-sentence">{localSentence(event.sentence, now)}</span>
      <span className="tl-type">{who === null ? event.type : `${event.type} · ${who}`}</span>
    </li>
  );
}

/** The events of a period, newest first; the time of each is a link to it. */
export function EventList({ period, subject, chosen, address, path }: EventListProps): ReactNode {
  const { client } = useHost();
  const [limit, setLimit] = useState(FIRST_EVENTS);
  const { value, problem, type } = useAnswer(
    (signal) =>
      client.listEvents({
        query: {
          ...{ since: new Date(period.from).toISOString(), until: new Date(period.to).toISOString() },
          ...{ order: 'newest_first', limit },
          ...(subject === null ? {} : { [`${subject.type}_id` as const]: subject.id }),
        },
        signal,
      }),
    [client, period.from, period.to, subject?.type, subject?.id, limit],
  );
  const events = value?.events ?? [];
  return (
    <section className="tl-events" aria-label="Events">
      <h3>Events of {subject?.id ?? 'everything'}, newest first</h3>
      <Problem sentence={problem} />
      {events.length === 0 ? (
        <p className="hint">{type === 'loading' ? 'Reading the events…' : 'No events in this time.'}</p>
      ) : (
        <ol className="tl-event-list" tabIndex={0} aria-label="Events, newest first">
          {events.map((event) => {
            const at = Date.parse(event.at);
            const link = { ...address, at, event: event.seq, service: event.service_id ?? address.service };
            return (
              <EventRow
                key={event.seq}
                event={event}
                isChosen={event.seq === chosen}
                href={formatTimelineAddress(path, link)}
              />
            );
          })}
        </ol>
      )}
      {value?.next == null ? null : limit >= MOST_EVENTS ? (
        <p className="hint">
          Only the newest {MOST_EVENTS.toLocaleString('en')} events of this time are listed: choose a shorter one.
        </p>
      ) : (
        <Button
          className="button"
          onPress={() => {
            setLimit(MOST_EVENTS);
          }}
        >
          More events
        </Button>
      )}
    </section>
  );
}
