import type { ServiceView } from '../../api/schemas/service.ts';
import { standingOf, STANDING_NAMES, STANDINGS } from './standing.ts';
import type { Standing } from './standing.ts';

/** Which services are listed: those that match both. */
export interface Filter {
  /** A part of an id or a kind, ignoring case; empty: all. */
  readonly text: string;
  /** Empty: any. */
  readonly standings: readonly Standing[];
}

export const NO_FILTER: Filter = { text: '', standings: [] };

const TEXT = 'text';
const STATE = 'state';

/** The names in addresses: those in the list, with dashes. */
function addressOf(standing: Standing): string {
  return STANDING_NAMES[standing].replace(' ', '-');
}

/** Parses the query of an address: `?state=failed,not-ready&text=pump`. Unknown states are ignored. */
export function parseFilter(search: string): Filter {
  const query = new URLSearchParams(search);
  const names = query.getAll(STATE).flatMap((list) => list.split(','));
  return { text: query.get(TEXT) ?? '', standings: STANDINGS.filter((one) => names.includes(addressOf(one))) };
}

/** Formats a filter for {@link parseFilter}; empty if it selects everything. */
export function formatFilter({ text, standings }: Filter): string {
  const states = standings.map(addressOf).join(',');
  const parts = [states === '' ? [] : `${STATE}=${states}`, text === '' ? [] : `${TEXT}=${encodeURIComponent(text)}`];
  const query = parts.flat().join('&');
  return query === '' ? '' : `?${query}`;
}

/** Whether a service is listed. */
export function matchesFilter({ text, standings }: Filter, service: ServiceView): boolean {
  if (standings.length > 0 && !standings.includes(standingOf(service))) return false;
  const needle = text.toLowerCase();
  return service.id.toLowerCase().includes(needle) || service.kind.toLowerCase().includes(needle);
}
