import { axisTop, drawnChart } from '../drawing/chart.ts';
import type { Reading } from '../drawing/chart.ts';
import type { Period } from '../../frontend/timeline/period.ts';
import { bytes, counted, percent } from '../../frontend/words/amount.ts';
import type { ReportContent, Usage } from '../content.ts';
import { html } from './html.ts';
import type { Content, Html } from './html.ts';
import { time } from './words.ts';

/** The host keeps so much. */
const STORED_MS = 24 * 60 * 60 * 1000;

function chart(readings: readonly Reading[], period: Period, name: string, words: (value: number) => string): Html {
  if (readings.length === 0) return html`<div class="quiet">${name}: not measured</div>`;
  const values = readings.map(({ value }) => value);
  const max = Math.max(...values);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const said = `${name}: at most ${words(max)}, on average ${words(mean)}`;
  return html`<div>
    ${drawnChart(readings, period, axisTop(max), said)}
    <div class="chart-words">${said}</div>
  </div>`;
}

function row({ serviceId, samples }: Usage, period: Period): Content {
  const cpu = samples.flatMap(({ at, cpu_percent: value }) => (value === null ? [] : [{ at: Date.parse(at), value }]));
  const memory = samples.map(({ at, rss_bytes: value }) => ({ at: Date.parse(at), value }));
  return [
    html`<div class="lane-name">${serviceId}</div>`,
    chart(cpu, period, 'Processor', percent),
    chart(memory, period, 'Memory', bytes),
  ];
}

/** Processor and memory of each service. */
export function usageSection({ usage, range, madeAt }: ReportContent): Html | null {
  if (usage.type === 'unread') {
    return html`<section id="usage">
      <h2>Processor and memory</h2>
      <p class="note">It cannot be read: ${usage.reason}</p>
    </section>`;
  }
  const { items, omitted } = usage.value;
  if (items.length === 0) {
    return html`<section id="usage">
      <h2>Processor and memory</h2>
      <p>The host has no samples of this range. It takes one a minute and keeps those of the last 24 hours.</p>
    </section>`;
  }
  const period = { from: Math.max(range.from, madeAt - STORED_MS), to: range.to };
  const isShorter = period.from > range.from;
  return html`<section id="usage">
    <h2>Processor and memory</h2>
    <p class="quiet">
      From ${time(period.from)} to ${time(period.to)}, one sample a minute, in percent of one core.
      ${isShorter ? 'The host keeps the samples of the last 24 hours, so the beginning of the range has none.' : null}
    </p>
    ${omitted === 0 ? null : html`<p class="note">${counted(omitted, 'service')} are left out.</p>`}
    <div class="charts">${items.map((one) => row(one, period))}</div>
  </section>`;
}
