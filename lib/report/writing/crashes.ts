import type { LaunchView } from '../../api/schemas/launch.ts';
import { exitWords } from '../../frontend/launches/words.ts';
import { shownTime } from '../../frontend/words/local-time.ts';
import { bytes, counted } from '../../frontend/words/amount.ts';
import { lastState } from '../../client/last-state.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import { BOUNDS } from '../bounds.ts';
import type { Crash, Difference, ReportContent } from '../content.ts';
import { html } from './html.ts';
import type { Content, Html } from './html.ts';
import { omission, preciseTime, sentence, time } from './words.ts';

/** Of the same service, so many have their output open. */
const OPEN = 3;

function cut(text: string): string {
  const more = text.length - BOUNDS.lineCharacters;
  return more <= 0 ? text : `${text.slice(0, BOUNDS.lineCharacters)}… (${more} more characters)`;
}

type Line = NonNullable<LaunchView['output_tail']>[number];

function lineOf({ at, stream, text }: Line): Html {
  const clock = at === null ? 'no time' : shownTime(at).slice(11);
  const className = stream === 'stderr' ? 'text err' : 'text';
  return html`<li>
    <span class="quiet">${clock}</span><span class="quiet">${stream}</span
    ><span class="${className}" dir="auto">${cut(lastState(text))}</span>
  </li>`;
}

/** The last words of a launch; where they are missing, why. */
function outputOf({ launch, generation, serviceId }: Crash, isOpen: boolean): Html {
  if (launch === null) {
    return html`<p class="note">
      The host no longer has the record and the last words of launch ${generation}.
      <code>coredinator services logs ${serviceId} --generation ${generation}</code> shows what is left of its output.
    </p>`;
  }
  const lines = launch.output_tail ?? [];
  if (lines.length === 0) {
    return html`<p class="note">
      There are no last words of launch ${generation}: it wrote nothing, or its output was removed by retention before
      they were read.
    </p>`;
  }
  const title = `The end of the output of launch ${launch.generation}`;
  const list = html`<ol class="output">
    ${lines.map(lineOf)}
  </ol>`;
  return isOpen
    ? html`<p><b>${title}</b></p>
        ${list}`
    : html`<details>
        <summary>${title} (${counted(lines.length, 'line')})</summary>
        ${list}
      </details>`;
}

function measured({ launch }: Crash): Content {
  if (launch === null) return null;
  const facts = [
    `version ${launch.version ?? 'unknown'}`,
    ...(launch.uptime_ms === null ? [] : [`up for ${spokenDuration(launch.uptime_ms)}`]),
    ...(launch.max_rss === null ? [] : [`at most ${bytes(launch.max_rss)} of memory`]),
    ...(launch.cpu_ms === null ? [] : [`${spokenDuration(launch.cpu_ms)} of processor time`]),
  ];
  return html`<p class="quiet">Launched ${time(launch.launched_at)}: ${facts.join(', ')}.</p>`;
}

function consequencesOf({ consequences }: Crash): Html {
  if (consequences.type === 'unread')
    return html`<p class="note">What followed cannot be read: ${consequences.reason}</p>`;
  if (consequences.value.length === 0)
    return html`<p class="quiet">Nothing that is stored followed within this range.</p>`;
  return html`<p><b>Then</b></p>
    <ul>
      ${consequences.value.map(({ at, sentence: text }) => html`<li>${time(at)} ${sentence(text)}</li>`)}
    </ul>`;
}

function endOf({ event }: Crash): string {
  const { code, signal, class: kind } = event.detail;
  const how = exitWords({
    code: typeof code === 'number' ? code : null,
    signal: typeof signal === 'string' ? signal : null,
  });
  return typeof kind === 'string' && kind !== 'code' && kind !== 'signal' ? `${how} (${kind})` : how;
}

/** How many more like it are no longer stored. */
function repeatedOf({ event }: Crash): number {
  return event.repeated ?? 0;
}

function crashOf(crash: Crash, isOpen: boolean): Html {
  const { event, serviceId, generation, why } = crash;
  const repeated = repeatedOf(crash);
  return html`<article class="item is-failed" id="crash-${event.seq}">
    <div class="item-head">
      <h3>${serviceId}</h3>
      <b class="danger">${endOf(crash)}</b>
      <span>${preciseTime(event.at)}</span>
      ${generation === null ? null : html`<span class="quiet">launch ${generation}</span>`}
    </div>
    <p>${sentence(event.sentence)}${why === null ? null : html` Why: ${sentence(why)}.`}</p>
    ${repeated === 0 ? null : html`<p class="note">${repeated} more like this one before it are no longer stored one by one.</p>`}
    ${measured(crash)} ${outputOf(crash, isOpen)} ${consequencesOf(crash)}
  </article>`;
}

function differenceOf({ serviceId, failed, stable, sentences }: Difference): Html {
  const with_ = stable === null ? '' : ` compared with launch ${stable}, the last stable one before it`;
  return html`<li><b>${serviceId}</b>, launch ${failed}${with_}: ${sentences.join(' ')}</li>`;
}

/** Each process that ended unexpectedly: how, why, what it wrote, and what followed. */
export function crashSection({ crashes, differences }: ReportContent): Html {
  if (crashes.type === 'unread') {
    return html`<section id="crashes">
      <h2>Crashes</h2>
      <p class="note">They cannot be read: ${crashes.reason}</p>
    </section>`;
  }
  const { items, omitted } = crashes.value;
  const stored = items.length + omitted;
  const repeated = items.reduce((sum, crash) => sum + repeatedOf(crash), 0);
  const seen = new Map<string, number>();
  const written = items.map((crash) => {
    const before = seen.get(crash.serviceId) ?? 0;
    seen.set(crash.serviceId, before + 1);
    return crashOf(crash, before < OPEN);
  });
  return html`<section id="crashes">
    <h2>Crashes: ${stored + repeated}</h2>
    ${repeated === 0 ? null : html`<p class="note">${counted(repeated, 'crash', 'crashes')} of a service that kept crashing are no longer stored one by one.</p>`}
    ${items.length === 0 ? html`<p>No process ended unexpectedly in this range.</p>` : html`<p class="quiet">The latest first.</p>`}
    ${omission(crashes.value, 'crash', 'crashes')}
    ${
      differences.length === 0
        ? null
        : html`<h3>What was different</h3>
            <ul>
              ${differences.map(differenceOf)}
            </ul>`
    }
    ${written}
  </section>`;
}
