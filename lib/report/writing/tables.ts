import type { DescribedEventView } from '../../api/schemas/event.ts';
import type { ServiceChangeView, KeyChangeView } from '../../api/schemas/config.ts';
import { valueText } from '../../frontend/configuration/value-text.ts';
import { counted } from '../../frontend/words/amount.ts';
import type { AppliedConfiguration, Listed, Part, RanVersions, ReportContent } from '../content.ts';
import { html } from './html.ts';
import type { Content, Html } from './html.ts';
import { table } from './table.ts';
import { omission, sentence, time } from './words.ts';

/** A value of a configuration is shown up to this length. */
const VALUE = 200;

function section<T>(
  id: string,
  title: string,
  part: Part<Listed<T>>,
  write: (list: Listed<T>) => Content,
): Html | null {
  if (part.type === 'unread') {
    return html`<section id="${id}">
      <h2>${title}</h2>
      <p class="note">This cannot be read: ${part.reason}</p>
    </section>`;
  }
  const { items, omitted } = part.value;
  if (items.length === 0 && omitted === 0) return null;
  return html`<section id="${id}">
    <h2>${title}</h2>
    ${write(part.value)}
  </section>`;
}

function fromWhere({ address, tool }: DescribedEventView): string {
  return [tool ?? 'unknown program', ...(address == null ? [] : [address])].join(', ');
}

/** Accepted commands and who gave them. */
export function commandSection({ commands }: ReportContent): Html | null {
  return section('commands', 'Commands', commands, (list) => {
    const rows = list.items.map((event) => {
      return html`<tr>
        <td>${time(event.at)}</td>
        <td data-label="Who">${event.actor ?? 'unknown'}</td>
        <td data-label="With">${fromWhere(event)}</td>
        <td>${sentence(event.sentence)}</td>
      </tr>`;
    });
    return [omission(list, 'command'), table(['Time', 'Who', 'With', 'Command'], rows)];
  });
}

/** Acknowledgements, mutes and the notes with them. */
export function noteSection({ notes }: ReportContent): Html | null {
  return section('notes', 'Acknowledgements and notes', notes, (list) => {
    const rows = list.items.map((event) => {
      const note = event.detail['note'];
      return html`<tr>
        <td>${time(event.at)}</td>
        <td data-label="Who">${event.actor ?? 'unknown'}</td>
        <td>${sentence(event.sentence)}</td>
        <td data-label="Note">${typeof note === 'string' ? note : ''}</td>
      </tr>`;
    });
    return [omission(list, 'note'), table(['Time', 'Who', 'What', 'Note'], rows)];
  });
}

function short(value: unknown): string {
  const text = valueText(value);
  return text.length <= VALUE ? text : `${text.slice(0, VALUE)}…`;
}

function keyChanges(keys: readonly KeyChangeView[]): Content {
  if (keys.length === 0) return null;
  return html`<ul>
    ${keys.map(({ key, old, new: present }) => {
      return html`<li><code>${key}</code>: <del>${short(old)}</del> → <ins>${short(present)}</ins></li>`;
    })}
  </ul>`;
}

function serviceChange({ service_id: id, action, reason, keys }: ServiceChangeView): Html {
  return html`<li><b>${id}</b>: ${action}, ${sentence(reason)}${keyChanges(keys)}</li>`;
}

function changesOf({ diff }: AppliedConfiguration): Content {
  if (diff.type === 'unread') return html`<p class="note">What it changed cannot be read: ${diff.reason}</p>`;
  if (diff.value === null) return html`<p class="note">The host does not say what it changed.</p>`;
  const { from, settings, changes } = diff.value;
  if (from === null) return html`<p>The first one that is stored, so there is nothing to compare with.</p>`;
  if (settings.length + changes.length === 0) return html`<p>Nothing that is shown differs.</p>`;
  return html`${keyChanges(settings)}${
    changes.length === 0
      ? null
      : html`<ul>
          ${changes.map(serviceChange)}
        </ul>`
  }`;
}

function configuration(applied: AppliedConfiguration): Html {
  const { number, at, subject, agent_id: agentId, service_id: serviceId, actor } = applied.revision;
  const whose =
    subject === 'host' ? 'the host' : subject === 'agent' ? `agent ${agentId ?? ''}` : `service ${serviceId ?? ''}`;
  return html`<article class="item">
    <div class="item-head">
      <h3>Revision ${number} of ${whose}</h3>
      <span>${time(at)}</span><span class="quiet">${actor === null ? 'not by a known command' : `by ${actor}`}</span>
    </div>
    ${changesOf(applied)}
  </article>`;
}

/** Applied configurations, old → new for each key. */
export function configurationSection({ configurations }: ReportContent): Html | null {
  return section('configuration', 'Configuration', configurations, (list) => [
    omission(list, 'revision'),
    list.items.map(configuration),
  ]);
}

function versionRows({ serviceId, versions, forgotten }: RanVersions): readonly Html[] {
  const rows = versions.map(({ version, executable, from, to, launches }) => {
    return html`<tr>
      <th scope="row">${serviceId}</th>
      <td data-label="Version">${version ?? 'without a version'}</td>
      <td data-label="Executable"><code>${executable}</code></td>
      <td data-label="From">${time(from)}</td>
      <td data-label="To">${to === null ? 'still running' : time(to)}</td>
      <td data-label="Launches">${launches}</td>
    </tr>`;
  });
  if (forgotten === 0) return rows;
  return [
    ...rows,
    html`<tr>
      <th scope="row">${serviceId}</th>
      <td colspan="5" class="quiet">
        Of ${counted(forgotten, 'earlier launch', 'earlier launches')} in this range the host no longer knows the
        version.
      </td>
    </tr>`,
  ];
}

/** The versions that ran, from when to when. */
export function versionSection({ versions }: ReportContent): Html | null {
  return section('versions', 'Versions that ran', versions, (list) => [
    list.omitted === 0 ? null : html`<p class="note">${counted(list.omitted, 'service')} are left out.</p>`,
    table(['Service', 'Version', 'Executable', 'From', 'To', 'Launches'], list.items.flatMap(versionRows)),
  ]);
}
