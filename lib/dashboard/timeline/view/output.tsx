import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { addressOfLine } from '../../detail/logs/model/address.ts';
import { LogRowView } from '../../detail/logs/view/log-row.tsx';
import { EMPTY_WINDOW, withNewer } from '../../../frontend/logs/window.ts';
import { useHost } from '../../host-context.ts';
import { useAnswer } from '../../use-answer.ts';
import { Problem } from '../../words/problem.tsx';
import { dayOf, localInstant } from '../../words/time.ts';
import type { Period } from '../../../frontend/timeline/period.ts';

const FIRST_LINES = 100;
const MORE_TIMES = 5;
const MOST_LINES = 10_000;
/** An end is noticed a little after the last words of a process. */
const NOTICED_MS = 500;

interface OutputProps {
  readonly id: string;
  /** The output up to a moment, or within a range. */
  readonly of: number | Period;
  /** The range was selected; false: it is all that is shown. */
  readonly isSelected: boolean;
}

/** What a service wrote just before a moment, or in a range. */
export function Output({ id, of, isSelected }: OutputProps): ReactNode {
  const { client } = useHost();
  const [lines, setLines] = useState(FIRST_LINES);
  const since = typeof of === 'number' ? null : of.from;
  const until = typeof of === 'number' ? of + NOTICED_MS : of.to;
  const { value, problem, type } = useAnswer(
    async (signal) => {
      const instants = {
        until: new Date(until).toISOString(),
        ...(since === null ? {} : { since: new Date(since).toISOString() }),
      };
      const headers = { accept: 'application/json' };
      const page = await client.readLogs({
        id,
        query: { ...instants, tail: lines, limit: MOST_LINES },
        headers,
        signal,
      });
      const items = page.lines.map((item) => ({ service_id: id, ...item }));
      return withNewer(EMPTY_WINDOW, { items, start: null, end: null }).rows;
    },
    [client, id, since, until, lines],
  );
  const rows = value ?? [];
  const look = {
    ...{ isUtc: false, marked: '', services: null, hasLaunches: true },
    today: dayOf(new Date(until).toISOString(), false),
  };
  const source = { ids: [id], stream: 'both', generation: null } as const;
  const when = localInstant(until, Date.now());
  const last = rows.findLast((row) => row.type === 'line');
  return (
    <section className="tl-output" aria-label={`Output of ${id}`}>
      <h3>
        Output of {id}{' '}
        {since === null ? `until ${when}` : isSelected ? 'in the selected time' : 'in the time that is shown'}
      </h3>
      <Problem sentence={problem} />
      <p className="tl-links">
        {rows.length < lines || lines >= MOST_LINES ? null : (
          <Button
            className="button"
            onPress={() => {
              setLines(lines * MORE_TIMES);
            }}
          >
            Show more before
          </Button>
        )}
        {last === undefined ? null : <a href={addressOfLine(source, last)}>Open in Logs</a>}
      </p>
      {rows.length === 0 ? (
        <p className="hint">
          {type === 'loading' ? 'Reading the output…' : 'Nothing was written, or it is no longer stored.'}
        </p>
      ) : (
        <div className="tl-lines" role="log" aria-live="off" aria-label={`Lines of ${id}`} tabIndex={0}>
          {rows.map((row) => (
            <div key={row.key} className={`tl-line log-${row.type === 'gap' ? 'gap' : (row.stream ?? 'stdout')}`}>
              <LogRowView row={row} look={look} href={addressOfLine(source, row)} isInTabOrder={false} />
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
