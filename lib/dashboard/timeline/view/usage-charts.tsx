import { useEffect, useMemo, useRef } from 'react';
import type { ReactNode } from 'react';
import UPlot from 'uplot';
import { topBytes, topPercent } from '../../detail/resources/axis.ts';
import { useHost } from '../../host-context.ts';
import { useAnswer } from '../../use-answer.ts';
import { bytes, percent } from '../../../frontend/words/amount.ts';
import { Problem } from '../../words/problem.tsx';
import { paletteOf } from '../chart/palette.ts';
import { RIGHT_PX, timeAxis } from '../chart/time-axis.ts';
import { gutterOf } from './lane-chart.tsx';
import { useTimelinePart } from './use-timeline.ts';
import type { TimelineActor } from './use-timeline.ts';

const HEIGHT_PX = 84;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Between samples that are further apart nothing is known. */
const GAP_S = 300;

interface UsageChartProps {
  readonly actor: TimelineActor;
  readonly name: string;
  readonly at: readonly number[];
  readonly values: readonly (number | null)[];
  readonly format: (value: number) => string;
  readonly top: (max: number) => number;
  readonly state: 'starting' | 'stopping';
}

/** A value over the time that the lanes above it show. */
function UsageChart({ actor, name, at, values, format, top, state }: UsageChartProps): ReactNode {
  const container = useRef<HTMLDivElement>(null);
  const known = values.filter((value) => value !== null);
  const words = known.length === 0 ? 'nothing stored' : `peak ${format(Math.max(...known))}`;
  useEffect(() => {
    const element = container.current;
    if (element === null) return undefined;
    const period = (): [number, number] => {
      const { from, to } = actor.getSnapshot().context.view;
      return [from / 1_000, to / 1_000];
    };
    const create = (): UPlot => {
      const palette = paletteOf(element);
      const { quiet, line } = palette;
      const options: UPlot.Options = {
        ...{ width: element.clientWidth, height: HEIGHT_PX, padding: [8, RIGHT_PX, 0, 0] },
        ...{ legend: { show: false }, cursor: { show: false } },
        scales: { x: { auto: false, range: period }, y: { range: (_, __, max) => [0, top(max)] } },
        axes: [
          { ...timeAxis(palette, 8), values: (_, splits) => splits.map(() => '') },
          {
            ...{ stroke: quiet, grid: { stroke: line, width: 1 }, ticks: { show: false } },
            size: gutterOf(element.clientWidth),
            splits: (_, __, ___, max) => [0, max],
            values: (_, splits) => splits.map((value) => format(value)),
          },
        ],
        series: [{}, { stroke: palette.states[state].color, width: 1.5, points: { show: false }, spanGaps: false }],
      };
      return new UPlot(options, [[...at], [...values]], element);
    };
    let plot = create();
    const restyle = (): void => {
      plot.destroy();
      plot = create();
    };
    let drawn = actor.getSnapshot().context.view;
    const subscription = actor.subscribe(({ context: { view } }) => {
      if (view === drawn) return;
      drawn = view;
      plot.setScale('x', { min: view.from / 1_000, max: view.to / 1_000 });
    });
    const observer = new ResizeObserver(restyle);
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    observer.observe(element);
    scheme.addEventListener('change', restyle);
    return () => {
      subscription.unsubscribe();
      observer.disconnect();
      scheme.removeEventListener('change', restyle);
      plot.destroy();
    };
  }, [actor, at, values, format, top, state]);
  return (
    <figure className="tl-usage">
      <figcaption>
        {name} <span className="hint-inline">{words}</span>
      </figcaption>
      <div ref={container} className="tl-usage-chart" role="img" aria-label={`${name}: ${words}`} />
    </figure>
  );
}

/** With an unknown value where there is no sample for a while. */
function columnsOf(
  samples: readonly { readonly at: string; readonly cpu_percent: number | null; readonly rss_bytes: number }[],
): {
  readonly at: readonly number[];
  readonly cpu: readonly (number | null)[];
  readonly rss: readonly (number | null)[];
} {
  const [at, cpu, rss]: [number[], (number | null)[], (number | null)[]] = [[], [], []];
  for (const sample of samples) {
    const seconds = Date.parse(sample.at) / 1_000;
    const before = at.at(-1);
    if (before !== undefined && seconds - before > GAP_S) {
      at.push(before + 1);
      cpu.push(null);
      rss.push(null);
    }
    at.push(seconds);
    cpu.push(sample.cpu_percent);
    rss.push(sample.rss_bytes);
  }
  return { at, cpu, rss };
}

/** Processor time and memory of a service of the last 24 hours, on the axis of the lanes. */
export function UsageCharts({ actor, id }: { readonly actor: TimelineActor; readonly id: string }): ReactNode {
  const { client } = useHost();
  const settled = useTimelinePart(actor, ({ context }) => context.settled);
  const minute = Math.floor(settled.to / 60_000);
  const isTooOld = settled.to < Date.now() - DAY_MS;
  const { value, problem } = useAnswer(
    (signal) => client.getServiceUsage({ id, query: { since: '24h' }, signal }),
    [client, id, minute],
  );
  const columns = useMemo(() => columnsOf(value?.samples ?? []), [value]);
  if (isTooOld) return <p className="hint">Processor time and memory are stored for the last 24 hours.</p>;
  if (value === null) return <Problem sentence={problem} />;
  if (value.samples.length === 0) {
    return <p className="hint-inline">No processor time and memory are stored: a sample is taken once a minute.</p>;
  }
  return (
    <section aria-label={`Resources of ${id}`}>
      <UsageChart
        {...{ actor, name: 'Processor', at: columns.at, values: columns.cpu }}
        format={percent}
        top={topPercent}
        state="starting"
      />
      <UsageChart
        {...{ actor, name: 'Memory', at: columns.at, values: columns.rss }}
        format={bytes}
        top={topBytes}
        state="stopping"
      />
    </section>
  );
}
