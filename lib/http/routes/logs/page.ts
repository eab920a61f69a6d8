import type { LogItemView } from '../../../api/schemas/log.ts';
import type { ServiceId } from '../../../model/values/ids.ts';
import { positionBefore, type LogBatch, type LogFinding, type LogStream } from '../../../model/values/log-line.ts';
import { type Context } from '../../request-context.ts';
import { sendJson } from '../../route.ts';
import { Cursor } from './cursor.ts';
import type { SearchRounds, ServiceFinding } from './search.ts';

/** A page ends here even with fewer lines than requested, because lines can be long. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;
/** The position in output that has never begun. */
const NOWHERE = '0:0';

/** One item of a response: a line, or a gap where output was deleted before it could be read. */
export function itemView(item: LogFinding): LogItemView {
  const { generation } = item;
  if (item.type === 'gap') {
    const { stream, from, to, unwritten } = item;
    return { gap: true, generation, stream, from, to, ...(unwritten === undefined ? {} : { unwritten }) };
  }
  const { stream, offset, at, text, partial } = item;
  const more = {
    ...(partial === null ? {} : { partial }),
    ...(item.isContext === true ? { context: true as const } : {}),
  };
  return { generation, stream, offset, at, text, ...more };
}

/** The same, with the service if there may be several. */
export function viewOf({ serviceId, item }: ServiceFinding, isNamed: boolean): LogItemView | NamedItemView {
  return isNamed ? { service_id: serviceId, ...itemView(item) } : itemView(item);
}
type NamedItemView = LogItemView & { readonly service_id: ServiceId };

/** Responds with what a search, or a part of it, has found. */
export function sendFindings(
  ctx: Context,
  findings: readonly ServiceFinding[],
  { next, isComplete, searchedBytes, totalBytes }: SearchRounds,
  isNamed: boolean,
): void {
  const search = {
    complete: isComplete,
    searched_bytes: Math.min(searchedBytes, totalBytes),
    total_bytes: totalBytes,
  };
  sendJson(ctx, { lines: findings.map((one) => viewOf(one, isNamed)), next, search });
}

interface PageForm {
  readonly limit: number;
  readonly isNamed: boolean;
  /** Those that were requested. */
  readonly streams: readonly LogStream[];
}

/**
 * Responds with one page. `next` is the `after` of the next page; null: there has never been any output. `previous` is the
 * `before` of the page before it; null: this page is empty.
 */
export async function sendLogPage(
  ctx: Context,
  batches: AsyncIterable<LogBatch>,
  { limit, isNamed, streams }: PageForm,
): Promise<void> {
  const lines: LogItemView[] = [];
  const cursor = new Cursor(isNamed);
  const previous = new Cursor(isNamed);
  const begun = new Set<ServiceId>();
  let left = PAGE_CHARACTERS;
  collect: for await (const batch of batches) {
    if (batch.type === 'starts') {
      cursor.start(batch.positions);
      previous.start(batch.positions);
      continue;
    }
    for (const one of batch.items) {
      const { serviceId, item } = one;
      if (!begun.has(serviceId)) previous.set(serviceId, positionBefore(item, streams));
      begun.add(serviceId);
      lines.push(viewOf(one, isNamed));
      cursor.pass(one);
      left -= item.type === 'line' ? item.text.length : 0;
      if (lines.length >= limit || left <= 0) break collect;
    }
  }
  const next = cursor.text;
  sendJson(ctx, {
    lines,
    next: !isNamed && next === NOWHERE ? null : next,
    previous: lines.length === 0 ? null : previous.text,
  });
}
