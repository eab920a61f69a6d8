import type { Period } from '../../frontend/timeline/period.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import type { ReportContent, Subject } from '../content.ts';
import { attentionSection } from './attention.ts';
import { crashSection } from './crashes.ts';
import { html, trusted } from './html.ts';
import type { Content, Html } from './html.ts';
import { STYLE } from './style.ts';
import { commandSection, configurationSection, noteSection, versionSection } from './tables.ts';
import { summarySection, timelineSection } from './timeline.ts';
import { usageSection } from './usage.ts';
import { localTime, offsetOf, sentence, time } from './words.ts';

/** Nothing is loaded, and no script runs: the document may have output of services in it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

function subjectWords({ agent, service }: Subject): string {
  if (service !== null) return `service ${service}`;
  return agent === null ? 'all agents and services' : `agent ${agent} and its services`;
}

function zoneWords({ from, to }: Period): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const [begin, end] = [offsetOf(from), offsetOf(to)];
  return `${timeZone}, ${begin === end ? begin : `${begin}, at the end ${end}`}`;
}

function healthWords({ health, madeAt }: ReportContent): Content {
  const asked = html`asked at ${time(madeAt)}`;
  if (health.status === 'healthy') return html`healthy (${asked})`;
  const causes = health.causes ?? (health.reasons ?? []).map((reason) => ({ reason, since: null }));
  return html`<b class="danger">degraded</b> (${asked})
    <ul>
      ${causes.map(({ reason, since }) => {
        return html`<li>${sentence(reason)}${since === null ? null : html` (since ${time(since)})`}</li>`;
      })}
    </ul>`;
}

/** From when on the host knows anything, if that is after the beginning of the range. */
function storedNote({ timeline, range }: ReportContent): Html | null {
  if (timeline.type === 'unread') return null;
  const { storedSince } = timeline.value;
  if (storedSince === null)
    return html`<p class="note">The journal of the host is empty: nothing of the past is known.</p>`;
  if (storedSince <= range.from) return null;
  return html`<p class="note">
    The journal of the host begins at ${time(storedSince)}; of the time before that nothing is known.
  </p>`;
}

function head(content: ReportContent): Html {
  const { health, range, madeAt, subject } = content;
  return html`<header>
    <h1>Report of ${health.name}</h1>
    <dl class="facts">
      <dt>Range</dt>
      <dd>${time(range.from)} to ${time(range.to)} (${spokenDuration(range.to - range.from)})</dd>
      <dt>Time zone</dt>
      <dd>${zoneWords(range)}</dd>
      <dt>About</dt>
      <dd>${subjectWords(subject)}</dd>
      <dt>Health of the host</dt>
      <dd>${healthWords(content)}</dd>
      <dt>Version of the host</dt>
      <dd>${health.version}</dd>
      <dt>Made</dt>
      <dd>${time(madeAt)}</dd>
    </dl>
    ${storedNote(content)}
  </header>`;
}

const TITLES = {
  attention: 'Attention now',
  summary: 'In numbers',
  timeline: 'Timeline',
  crashes: 'Crashes',
  commands: 'Commands',
  configuration: 'Configuration',
  versions: 'Versions that ran',
  usage: 'Processor and memory',
  notes: 'Acknowledgements and notes',
} as const;

/** The whole report as one HTML document that needs nothing else. */
export function writeReport(content: ReportContent): string {
  const sections: readonly (readonly [keyof typeof TITLES, Html | null])[] = [
    ['attention', attentionSection(content)],
    ['summary', summarySection(content)],
    ['timeline', timelineSection(content)],
    ['crashes', crashSection(content)],
    ['commands', commandSection(content)],
    ['configuration', configurationSection(content)],
    ['versions', versionSection(content)],
    ['usage', usageSection(content)],
    ['notes', noteSection(content)],
  ];
  const present = sections.filter(([, section]) => section !== null);
  const title = `Report of ${content.health.name}, ${localTime(content.range.from)} to ${localTime(content.range.to)}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="referrer" content="no-referrer" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${trusted(STYLE)}
        </style>
      </head>
      <body>
        ${head(content)}
        <nav aria-label="Contents">
          <ul class="contents">
            ${present.map(([id]) => html`<li><a href="#${id}">${TITLES[id]}</a></li>`)}
          </ul>
        </nav>
        <main>${present.map(([, section]) => section)}</main>
      </body>
    </html> `.text;
}
