import { STREAMS } from '../../../../frontend/logs/source.ts';
import type { LineAddress, LogSource } from '../../../../frontend/logs/source.ts';
import { formatRoute } from '../../../world/route.ts';

/** What the address of the page says about its Logs view. */
export interface LogAddress extends LogSource {
  /** The line to show; null: the newest. */
  readonly line: LineAddress | null;
}

function natural(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function lineIn(serviceId: string, text: string | null): LineAddress | null {
  const [first = '', second = ''] = (text ?? '').split(':');
  const [generation, offset] = [natural(first), natural(second)];
  return generation === null || offset === null ? null : { serviceId, generation, offset };
}

/** Parses what follows the `?` of the fragment for the Logs view of a service; what is wrong is ignored. */
export function parseLogAddress(id: string, hash: string): LogAddress {
  const query = new URLSearchParams(hash.includes('?') ? hash.slice(hash.indexOf('?') + 1) : '');
  const others = (query.get('with') ?? '').split(',').filter((other) => other !== '' && other !== id);
  const ids = [...new Set([id, ...others])];
  return {
    ids,
    stream: STREAMS.find((stream) => stream === query.get('stream')) ?? 'both',
    generation: ids.length === 1 ? natural(query.get('generation')) : null,
    line: lineIn(id, query.get('line')),
  };
}

/** Formats an address for {@link parseLogAddress}, from the `#` on. */
export function formatLogAddress({ ids: [id = '', ...others], stream, generation, line }: LogAddress): string {
  const fields = [
    ...(others.length === 0 ? [] : [`with=${others.map(encodeURIComponent).join(',')}`]),
    ...(stream === 'both' ? [] : [`stream=${stream}`]),
    ...(generation === null || others.length > 0 ? [] : [`generation=${generation}`]),
    ...(line === null ? [] : [`line=${line.generation}:${line.offset}`]),
  ];
  const path = formatRoute({ type: 'service', id, tab: 'logs' });
  return fields.length === 0 ? path : `${path}?${fields.join('&')}`;
}

/** The address of one line, in the output in which it is shown. */
export function addressOfLine(source: LogSource, line: LineAddress): string {
  const ids = [line.serviceId, ...source.ids.filter((id) => id !== line.serviceId)];
  return formatLogAddress({ ...source, ids, line });
}

/** The path of everything that the host has stored of it, as a file of text. */
export function downloadOf({ ids: [id = '', ...others], stream, generation }: LogSource): string {
  const more = [
    'since=1970-01-01T00:00:00Z',
    ...(stream === 'both' ? [] : [`stream=${stream}`]),
    ...(generation === null ? [] : [`generation=${generation}`]),
  ].join('&');
  if (others.length === 0) return `/api/services/${encodeURIComponent(id)}/logs?${more}`;
  return `/api/logs?service_id=${[id, ...others].map(encodeURIComponent).join(',')}&${more}`;
}
