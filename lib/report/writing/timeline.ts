import { placeOf, ticksOf } from '../drawing/axis.ts';
import { barsOf, countOf, drawnHost, drawnLane, sharesOf } from '../drawing/lane.ts';
import { patterns } from '../drawing/patterns.ts';
import type { Lane, Lanes, MarkKind } from '../../frontend/timeline/lanes.ts';
import { MARK_COLORS, MARK_NAMES, markPath } from '../../frontend/timeline/marks.ts';
import type { Period } from '../../frontend/timeline/period.ts';
import { counted } from '../../frontend/words/amount.ts';
import { STANDINGS } from '../../frontend/world/standing.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import { BOUNDS } from '../bounds.ts';
import type { ReportContent } from '../content.ts';
import { html } from './html.ts';
import type { Content, Html } from './html.ts';
import { table } from './table.ts';
import { stateWords, time } from './words.ts';

function axis(period: Period): Html {
  const ticks = ticksOf(period).map(({ at, label, date }) => {
    const x = placeOf(period, at);
    const anchor = x < 4 ? 'start' : x > 96 ? 'end' : 'middle';
    return html`<line x1="${x}%" x2="${x}%" y1="0" y2="4" /><text x="${x}%" y="15" text-anchor="${anchor}"
        >${label}</text
      >${date === null ? null : html`<text x="${x}%" y="28" text-anchor="${anchor}">${date}</text>`}`;
  });
  return html`<svg class="axis" aria-hidden="true">${ticks}</svg>`;
}

function legend(lanes: Lanes, shown: readonly Lane[], period: Period): Html {
  const states = STANDINGS.filter((state) => shown.some((lane) => lane.states.some((span) => span.state === state)));
  const kinds = new Set([...shown, lanes.host].flatMap(({ marks }) => marks.map(({ kind }) => kind)));
  const isUnknown = shown.some((lane) => barsOf(lanes, lane, period).some(({ state }) => state === null));
  const bar = (id: string): Html =>
    html`<svg width="22" height="12" aria-hidden="true"><rect width="22" height="12" fill="url(#bar-${id})" /></svg>`;
  const mark = (kind: MarkKind): Html => {
    const color = MARK_COLORS[kind];
    return html`<li>
      <svg width="8" height="8" aria-hidden="true">
        <path class="${color === 'accent' ? color : `mark-${color}`}" d="${markPath(kind)}" /></svg
      >${MARK_NAMES[kind]}
    </li>`;
  };
  return html`<ul class="legend" aria-label="Legend">
    ${states.map((state) => html`<li>${bar(state)}${stateWords(state)}</li>`)}
    ${isUnknown ? html`<li>${bar('unknown')}unknown</li>` : null}
    ${(Object.keys(MARK_NAMES) as MarkKind[]).filter((kind) => kinds.has(kind)).map(mark)}
  </ul>`;
}

function laneRow(lanes: Lanes, lane: Lane, period: Period): Content {
  const id = lane.id ?? '';
  const crashes = countOf(lane, 'crash');
  const said = [
    sharesOf(barsOf(lanes, lane, period), period),
    ...(crashes === 0 ? [] : [counted(crashes, 'crash', 'crashes')]),
  ];
  const gone = lanes.gone.includes(id) ? ' (no longer on this host)' : '';
  return [
    html`<div class="lane-name">${id}${gone}<small>${said.join('; ')}</small></div>`,
    drawnLane(lanes, lane, period),
  ];
}

/** The times of which not everything is known, and of a degraded host. */
function gaps(lanes: Lanes): Content {
  const absences = lanes.absences.map(({ from, to, isExact }) => {
    const length = spokenDuration(to - from);
    return isExact
      ? html`<li>No host was running from ${time(from)} to ${time(to)} (${length}).</li>`
      : html`<li>
          The host was killed: it was last known to be alive at ${time(from)}, and the next one started at ${time(to)}
          (${length}).
        </li>`;
  });
  const degraded = lanes.health.flatMap(({ at, status }, index): readonly Html[] => {
    const end = lanes.health[index + 1]?.at ?? null;
    if (status !== 'degraded') return [];
    return [html`<li>The host was degraded from ${time(at)} ${end === null ? 'on' : html`to ${time(end)}`}.</li>`];
  });
  const condensed = [...lanes.services.values()].flatMap(({ id, condensed: spans }) =>
    spans.map(({ from, to, count }) => {
      return html`<li>
        ${id}: ${counted(count, 'repeated event')} between ${time(from)} and ${time(to)} are no longer stored one by
        one.
      </li>`;
    }),
  );
  const all = [...absences, ...degraded, ...condensed];
  return all.length === 0
    ? null
    : html`<ul>
        ${all}
      </ul>`;
}

/** The services with marks first: of a thousand, those are worth the room. */
export function shownLanes(lanes: Lanes): readonly Lane[] {
  const all = [...lanes.services.values()];
  const rank = (lane: Lane): number => (countOf(lane, 'crash') > 0 ? 0 : lane.marks.length > 0 ? 1 : 2);
  return all.sort((one, other) => rank(one) - rank(other) || (one.id ?? '').localeCompare(other.id ?? ''));
}

/** Services as lanes over time. */
export function timelineSection({ timeline, range }: ReportContent): Html {
  if (timeline.type === 'unread') {
    return html`<section id="timeline">
      <h2>Timeline</h2>
      <p class="note">It cannot be read: ${timeline.reason}</p>
    </section>`;
  }
  const lanes = timeline.value;
  const sorted = shownLanes(lanes);
  const shown = sorted.slice(0, BOUNDS.lanes);
  const omitted = sorted.length - shown.length;
  return html`<section id="timeline">
    <h2>Timeline</h2>
    ${patterns()} ${legend(lanes, shown, range)}
    <div class="lanes">
      <div class="lane-name">Host<small>health, starts and ends</small></div>
      ${drawnHost(lanes, range)} ${shown.map((lane) => laneRow(lanes, lane, range))}
      <div></div>
      ${axis(range)}
    </div>
    ${omitted === 0 ? null : html`<p class="note">${counted(omitted, 'more service')} without a crash are left out.</p>`}
    ${gaps(lanes)}
  </section>`;
}

/** How often something happened to each service. */
export function summarySection({ timeline }: ReportContent): Html | null {
  if (timeline.type === 'unread') return null;
  const rows = shownLanes(timeline.value).flatMap((lane): readonly Html[] => {
    const counts = (['launch', 'crash', 'end', 'command'] as const).map((kind) => countOf(lane, kind));
    if (counts.every((count) => count === 0)) return [];
    const [launches = 0, crashes = 0, ends = 0, commands = 0] = counts;
    return [
      html`<tr>
        <th scope="row">${lane.id}</th>
        <td class="number" data-label="Launches">${launches}</td>
        <td class="number" data-label="Crashes">${crashes === 0 ? 0 : html`<b class="danger">${crashes}</b>`}</td>
        <td class="number" data-label="Expected ends">${ends}</td>
        <td class="number" data-label="Commands">${commands}</td>
      </tr>`,
    ];
  });
  if (rows.length === 0) {
    return html`<section id="summary">
      <h2>In numbers</h2>
      <p>No process was launched or ended, and no command was given to a service.</p>
    </section>`;
  }
  return html`<section id="summary">
    <h2>In numbers</h2>
    ${table(['Service', ...['Launches', 'Crashes', 'Expected ends', 'Commands'].map((number) => ({ number }))], rows)}
  </section>`;
}
