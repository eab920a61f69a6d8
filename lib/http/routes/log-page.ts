import type { LogItemView } from '../../api/schemas/log.ts';
import type { LogItem } from '../../model/values/log-line.ts';
import { type Context } from '../request-context.ts';
import { sendJson } from '../route.ts';

/** A page ends here even with fewer lines than requested, because lines can be long. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;

/** One item of a response: a line, or a gap where output was deleted before it could be read. */
export function itemView(item: LogItem): LogItemView {
  const { generation } = item;
  if (item.type === 'gap') {
    const { stream, from, to, unwritten } = item;
    return { gap: true, generation, stream, from, to, ...(unwritten === undefined ? {} : { unwritten }) };
  }
  const { stream, offset, at, text, partial } = item;
  return { generation, stream, offset, at, text, ...(partial === null ? {} : { partial }) };
}

/** Responds with one page. `next` is the `after` of the next page; null: there has never been any output. */
export async function sendLogPage(
  ctx: Context,
  batches: AsyncIterable<readonly LogItem[]>,
  { limit, after }: { readonly limit: number; readonly after: string | null },
): Promise<void> {
  const lines: LogItemView[] = [];
  let next = after;
  let left = PAGE_CHARACTERS;
  collect: for await (const batch of batches) {
    for (const item of batch) {
      lines.push(itemView(item));
      next = item.position;
      left -= item.type === 'line' ? item.text.length : 0;
      if (lines.length >= limit || left <= 0) break collect;
    }
  }
  sendJson(ctx, { lines, next });
}
