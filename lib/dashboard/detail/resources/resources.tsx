import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { formatTimelineAddress } from '../../timeline/model/address.ts';
import { seriesOf } from '../../usage/readings.ts';
import { useUsage } from '../../usage/use-usage.ts';
import { Problem } from '../../words/problem.tsx';
import { bytes, percent } from '../../../frontend/words/amount.ts';
import { formatRoute } from '../../world/route.ts';
import { topBytes, topPercent } from './axis.ts';
import { Chart } from './chart.tsx';
import './resources.css';

/** The history with the usage of the last 24 hours. */
const LAST_DAY = { view: 86_400_000, range: null, at: null, event: null, service: null } as const;
/** Fewer make a line that says nothing. */
const MIN_READINGS = 3;

interface GraphProps {
  readonly name: string;
  readonly at: readonly number[];
  readonly values: readonly (number | null)[];
  readonly format: (value: number) => string;
  readonly color: string;
  readonly top: (max: number) => number;
}

function Graph({ name, at, values, format, color, top }: GraphProps): ReactNode {
  const known = values.filter((value) => value !== null);
  const now = values.at(-1) ?? null;
  const peak = known.length === 0 ? null : Math.max(...known);
  const words = `${now === null ? 'unknown now' : format(now)}, peak ${peak === null ? 'unknown' : format(peak)}`;
  return (
    <figure className="graph">
      <figcaption>
        {name} <span className="graph-words">{words}</span>
      </figcaption>
      {known.length < MIN_READINGS ? (
        <p className="graph-words">The chart begins after a few readings, one every 2 s.</p>
      ) : (
        <Chart at={at} values={values} format={format} color={color} top={top} label={`${name}: ${words}`} />
      )}
    </figure>
  );
}

/** Processor time and memory of the last minutes, of a service with its process tree; null: of the host. */
export function Resources({ id }: { readonly id: string | null }): ReactNode {
  const { readings, isSupported, problem } = useUsage();
  const { at, cpu, rss } = useMemo(() => seriesOf(readings, id), [readings, id]);
  if (!isSupported && id !== null) return <p className="hint">This system does not support measuring process trees.</p>;
  return (
    <section className="resources" aria-label="Resources">
      <Problem sentence={problem} />
      <Graph name="Processor" at={at} values={cpu} format={percent} color="--state-starting" top={topPercent} />
      <Graph name="Memory" at={at} values={rss} format={bytes} color="--state-stopping" top={topBytes} />
      {id === null ? null : (
        <p className="graph-words">
          As read since this page was opened. The host keeps{' '}
          <a href={formatTimelineAddress(formatRoute({ type: 'service', id, tab: 'history' }), LAST_DAY)}>
            the last 24 hours
          </a>
          , once a minute.
        </p>
      )}
    </section>
  );
}
