import type { MergedLogItemView } from '../../api/schemas/log.ts';
import { lastStateSoFar } from '../../client/last-state.ts';
import { bytes } from '../words/amount.ts';
import type { LineAddress } from './source.ts';

/** A line or a gap, and whose output it is of. */
export type LogItem = MergedLogItemView;

/** A row of the list: a line as far as it is known, or a gap. */
export interface LogRow {
  /** Unique in a list, in which it grows downwards. */
  readonly key: number;
  readonly type: 'line' | 'gap';
  readonly serviceId: string;
  readonly generation: number;
  readonly offset: number;
  /** Null: of a gap in both. */
  readonly stream: 'stdout' | 'stderr' | null;
  /** When it was written, in UTC; null: unknown. */
  readonly at: string | null;
  /** As it was written; of a gap a sentence. */
  readonly text: string;
  /** More of the line may follow. */
  readonly isUnfinished: boolean;
}

/** Unfinished lines are joined up to this length, in characters. */
const MAX_JOINED = 64 * 1024;

function gapSentence({ stream, from, to, unwritten }: Extract<LogItem, { readonly gap: true }>): string {
  const of = stream === null ? 'output' : stream;
  if (unwritten !== undefined) return `${bytes(unwritten)} of ${of} are missing here: the disk did not take them.`;
  const what = to === null ? `The rest of ${of} is` : `${bytes(to - from)} of ${of} are`;
  return `${what} missing here: the host has deleted old output.`;
}

/** The row of an item. */
export function rowOf(item: LogItem, key: number): LogRow {
  const { service_id: serviceId, generation, stream } = item;
  const common = { key, serviceId, generation, stream };
  return 'gap' in item
    ? { ...common, type: 'gap', offset: item.from, at: null, text: gapSentence(item), isUnfinished: false }
    : {
        ...{ ...common, type: 'line', offset: item.offset, at: item.at, text: item.text },
        isUnfinished: item.partial === 'unfinished',
      };
}

/** The row with what follows of its line, of which only the last state is kept; null: the item is another line. */
export function continued(row: LogRow, item: LogItem): LogRow | null {
  if (!row.isUnfinished || 'gap' in item || row.stream !== item.stream) return null;
  if (row.serviceId !== item.service_id || row.generation !== item.generation) return null;
  if (row.text.length + item.text.length > MAX_JOINED) return null;
  const text = lastStateSoFar(row.text + item.text);
  return { ...row, text, isUnfinished: item.partial === 'unfinished' };
}

/** Whether it is the row of this line; an unfinished line begins where its row does. */
export function isRowOf({ serviceId, generation, offset }: LineAddress, row: LogRow): boolean {
  return row.offset === offset && row.generation === generation && row.serviceId === serviceId;
}
