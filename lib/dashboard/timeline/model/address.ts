import { between } from './period.ts';
import type { Period } from './period.ts';

/** What of a timeline is in the address of the page. */
export interface TimelineAddress {
  /** A period, or the length of one that ends now; null: one that fits what is stored. */
  readonly view: Period | number | null;
  /** The selected part; null: none. */
  readonly range: Period | null;
  /** The selected moment in milliseconds since the epoch; null: none. */
  readonly at: number | null;
  /** The number of the event of that moment; null: it has none. */
  readonly event: number | null;
  /** The service whose output is shown; null: none was chosen. */
  readonly service: string | null;
}

function instant(text: string | null): number | null {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : at;
}

function natural(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function periodIn(from: string | null, to: string | null): Period | null {
  const [one, other] = [instant(from), instant(to)];
  return one === null || other === null || one === other ? null : between(one, other);
}

/** The query of the fragment of an address. */
function queryOf(hash: string): URLSearchParams {
  return new URLSearchParams(hash.includes('?') ? hash.slice(hash.indexOf('?') + 1) : '');
}

/** Parses what follows the `?` of the fragment; what is wrong is ignored. */
export function parseTimelineAddress(hash: string): TimelineAddress {
  const query = queryOf(hash);
  const last = natural(query.get('last'));
  const at = instant(query.get('at'));
  return {
    view: periodIn(query.get('since'), query.get('until')) ?? (last === null || last === 0 ? null : last * 1_000),
    range: periodIn(query.get('from'), query.get('to')),
    at,
    event: at === null ? null : natural(query.get('event')),
    service: query.get('service'),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** Formats an address for {@link parseTimelineAddress}, after the path of a view. */
export function formatTimelineAddress(path: string, { view, range, at, event, service }: TimelineAddress): string {
  const fields = [
    ...(typeof view === 'number' ? [`last=${Math.round(view / 1_000)}`] : []),
    ...(typeof view === 'number' || view === null ? [] : [`since=${iso(view.from)}`, `until=${iso(view.to)}`]),
    ...(range === null ? [] : [`from=${iso(range.from)}`, `to=${iso(range.to)}`]),
    ...(at === null ? [] : [`at=${iso(at)}`]),
    ...(at === null || event === null ? [] : [`event=${event}`]),
    ...(service === null ? [] : [`service=${encodeURIComponent(service)}`]),
  ];
  return fields.length === 0 ? path : `${path}?${fields.join('&')}`;
}
