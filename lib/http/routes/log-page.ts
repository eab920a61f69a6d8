import type { LogItemView } from '../../api/schemas/log.ts';
import {
  formatPosition,
  parsePosition,
  LOG_STREAMS,
  type LogFindings,
  type LogFinding,
  type LogItem,
} from '../../model/values/log-line.ts';
import { type Context } from '../request-context.ts';
import { sendJson } from '../route.ts';

/** A page ends here even with fewer lines than requested, because lines can be long. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;

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

/** The position before an item; null: it is one with an offset for each stream, and the other one is not known. */
function positionBefore(item: LogItem | undefined): string | null {
  if (item === undefined || parsePosition(item.position, LOG_STREAMS)?.offsets.length !== 1) return null;
  return formatPosition({ generation: item.generation, offsets: [item.type === 'gap' ? item.from : item.offset] });
}

/** Responds with what a search, or a part of it, has found. */
export function sendFindings(
  ctx: Context,
  { findings, next, isComplete, searchedBytes, totalBytes }: LogFindings,
): void {
  const search = { complete: isComplete, searched_bytes: searchedBytes, total_bytes: totalBytes };
  sendJson(ctx, { lines: findings.map(itemView), next, search });
}

/** Responds with one page. `next` is the `after` of the next page; null: there has never been any output. */
export async function sendLogPage(
  ctx: Context,
  batches: AsyncIterable<readonly LogItem[]>,
  { limit, after }: { readonly limit: number; readonly after: string | null },
): Promise<void> {
  const lines: LogItemView[] = [];
  let next = after;
  let first: LogItem | undefined;
  let left = PAGE_CHARACTERS;
  collect: for await (const batch of batches) {
    for (const item of batch) {
      first ??= item;
      lines.push(itemView(item));
      next = item.position;
      left -= item.type === 'line' ? item.text.length : 0;
      if (lines.length >= limit || left <= 0) break collect;
    }
  }
  sendJson(ctx, { lines, next, previous: positionBefore(first) });
}
