import {
  attentionHeading,
  doubtSentence,
  flappingNow,
  flappingSentence,
  nothingNext,
  standingOfKind,
} from '../../frontend/world/attention.ts';
import { standingOf } from '../../frontend/world/standing.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import type { ReportContent } from '../content.ts';
import { html } from './html.ts';
import type { Content, Html } from './html.ts';
import { sentence, stateWords, time } from './words.ts';

/** As many as the page shows. */
const LAST_LINES = 3;

type Row = ReportContent['attention']['rows'][number];

function nextOf({ explained, attention: { service } }: Row): Content {
  if (explained.type === 'unread') return html`<p class="quiet">What led to it cannot be read: ${explained.reason}</p>`;
  const { if_exit: supposed, next } = explained.value;
  if (supposed !== undefined) return html`<p>${sentence(supposed.sentence)}</p>`;
  if (next.length === 0) return html`<p>${nothingNext(service)}</p>`;
  return next.map(({ sentence: text }) => html`<p>${sentence(text)}</p>`);
}

function lastWords({ explained }: Row): Content {
  const tail = explained.type === 'read' ? explained.value.output_tail : null;
  const lines = tail?.lines.filter(({ text }) => text.trim() !== '').slice(-LAST_LINES) ?? [];
  if (tail === null || lines.length === 0) return null;
  return html`<p class="quiet">Last words of launch ${tail.generation}:</p>
    <pre>${lines.map(({ text }) => text).join('\n')}</pre>`;
}

function acknowledgement({ attention: { service } }: Row): Content {
  const { acknowledgement: seen } = service;
  if (seen === null) return null;
  const who = seen.actor === null ? '' : ` by ${seen.actor}`;
  return html`<p>Acknowledged${who} at ${time(seen.at)}${seen.note === null ? '.' : `: ${seen.note}`}</p>`;
}

function rowOf(row: Row, now: number): Html {
  const { kind, service } = row.attention;
  const { id, agents, since, reason, doubt } = service;
  const standing = standingOf(service);
  const flapping = flappingNow(service, now);
  return html`<li class="item is-${standingOfKind(kind)}">
    <div class="item-head">
      ${stateWords(standing)}
      <h3>${id}</h3>
      ${agents.length === 0 ? null : html`<span class="quiet">of ${agents.join(', ')}</span>`}
      <span class="quiet">since ${time(since)} (${spokenDuration(Math.max(0, now - Date.parse(since)))})</span>
    </div>
    ${reason === null ? null : html`<p class="reason">${sentence(reason)}</p>`}
    ${doubt === null ? null : html`<p>${sentence(doubtSentence(doubt))}</p>`}
    ${flapping === null ? null : html`<p>${sentence(flappingSentence(flapping))}</p>`} ${nextOf(row)}
    ${acknowledgement(row)} ${lastWords(row)}
  </li>`;
}

function causes({ attention, madeAt }: ReportContent): readonly Html[] {
  return attention.needs.causes.map(({ reason, since }) => {
    const age = since === null ? null : html` (${spokenDuration(Math.max(0, madeAt - Date.parse(since)))})`;
    return html`<li class="item is-failed">
      <div class="item-head">
        <h3>Host degraded</h3>
        <span class="quiet">since ${since === null ? 'an unknown time' : time(since)}${age}</span>
      </div>
      <p>${sentence(reason)}</p>
    </li>`;
  });
}

/** What needed attention when the report was made, in the order of the home page. */
export function attentionSection(content: ReportContent): Html {
  const { attention, madeAt } = content;
  const { needs, rows, total } = attention;
  const omitted = needs.services.length - rows.length;
  return html`<section id="attention">
    <h2>Attention now: ${attentionHeading(needs, total)}</h2>
    <p class="quiet">As of ${time(madeAt)}.</p>
    <ul style="list-style:none;padding:0">
      ${causes(content)} ${rows.map((row) => rowOf(row, madeAt))}
    </ul>
    ${omitted === 0 ? null : html`<p class="note">${omitted} more need attention and are left out.</p>`}
  </section>`;
}
