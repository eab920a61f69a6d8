import type { ServiceId } from '../model/values/ids.ts';
import {
  formatPosition,
  positionBefore,
  type LogBatch,
  type LogPosition,
  type LogQuery,
  type LogStream,
  type ServiceLogItem,
} from '../model/values/log-line.ts';

/** The lines together have at most so many characters. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Which last lines are wanted of one service: those before a position, or before the end. */
interface LastQuery {
  readonly serviceId: ServiceId;
  readonly streams: readonly LogStream[];
  readonly before: LogPosition | null;
}

/** What these queries want if they are for the last lines before a position in each service; null: they are not. */
export function lastWanted(
  queries: readonly LogQuery[],
): { readonly queries: readonly LastQuery[]; readonly count: number } | null {
  const wanted: LastQuery[] = [];
  let count = 0;
  for (const { serviceId, streams, start } of queries) {
    if (start.type !== 'before') return null;
    wanted.push({ serviceId, streams, before: start.position });
    count = Math.max(count, start.lines);
  }
  return { queries: wanted, count };
}

/**
 * The last `count` lines of services together, given the last `count` of each, merged. What is left out of a service is
 * before its position in `starts`, so that nothing is missing or double if another reader continues there backwards.
 */
export async function* lastOf(
  queries: readonly LastQuery[],
  count: number,
  merged: AsyncIterable<LogBatch>,
): AsyncGenerator<LogBatch, void, undefined> {
  const last = new LastItems(count);
  for await (const batch of merged) last.take(batch);
  last.trim();
  yield { type: 'starts', positions: new Map(queries.map((query) => [query.serviceId, last.startOf(query)])) };
  if (last.items.length > 0) yield { type: 'items', items: last.items };
}

class LastItems {
  readonly #count: number;
  #characters = 0;
  items: ServiceLogItem[] = [];
  /** Where each service continues behind what was left out. */
  readonly #positions = new Map<ServiceId, string>();

  constructor(count: number) {
    this.#count = count;
  }

  take(batch: LogBatch): void {
    if (batch.type === 'starts') {
      for (const [serviceId, position] of batch.positions) this.#positions.set(serviceId, position);
      return;
    }
    for (const one of batch.items) {
      this.items.push(one);
      this.#characters += charactersOf(one);
    }
    if (this.items.length > 2 * this.#count || this.#characters > 2 * MAX_CHARACTERS) this.trim();
  }

  /** Leaves out what is too much, but not the last line. */
  trim(): void {
    let index = 0;
    for (; index < this.items.length; index += 1) {
      const one = this.items[index];
      const left = this.items.length - index;
      if (one === undefined || left <= Math.min(this.#count, 1)) break;
      if (left <= this.#count && this.#characters <= MAX_CHARACTERS) break;
      this.#characters -= charactersOf(one);
      this.#positions.set(one.serviceId, one.item.position);
    }
    this.items = this.items.slice(index);
  }

  startOf({ serviceId, streams, before }: LastQuery): string {
    const first = this.items.find((one) => one.serviceId === serviceId);
    if (first !== undefined) return positionBefore(first.item, streams);
    return before === null ? (this.#positions.get(serviceId) ?? '') : formatPosition(before);
  }
}

function charactersOf({ item }: ServiceLogItem): number {
  return item.type === 'line' ? item.text.length : 0;
}
