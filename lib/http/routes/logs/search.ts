import type { Control } from '../../../control/control.ts';
import type { ServiceId } from '../../../model/values/ids.ts';
import {
  formatPosition,
  parsePosition,
  positionBefore,
  type LogFinding,
  type LogQuery,
  type LogSearch,
} from '../../../model/values/log-line.ts';
import { Cursor } from './cursor.ts';
import type { WantedOutput } from './query.ts';

/** How long one round takes, in milliseconds, however many services are searched. */
const ROUND_MS = 1_000;

/** A finding, and of which service. */
export interface ServiceFinding {
  readonly serviceId: ServiceId;
  readonly item: LogFinding;
}

/** The search in one of the services. */
interface Searched {
  query: LogQuery;
  /** What it has found and not given. */
  found: readonly LogFinding[];
  /** The time of what was given last. */
  time: string;
  /** Null: it has not begun, or nothing has ever been written. */
  next: string | null;
  isComplete: boolean;
  searchedBytes: number;
  totalBytes: number;
}

/** Searches the output of one or several services in rounds, and gives what it finds by time. */
export class SearchRounds {
  readonly #control: Control;
  readonly #search: LogSearch;
  readonly #isNamed: boolean;
  readonly #services: readonly Searched[];

  constructor(control: Control, { services, queries }: WantedOutput, search: LogSearch) {
    this.#control = control;
    const { expression, before, after, limit } = search;
    this.#search = { expression, before, after, limit };
    this.#isNamed = services.isNamed;
    this.#services = queries.map((query) => ({
      ...{ query, found: [], time: '', isComplete: false, searchedBytes: 0, totalBytes: 0 },
      next: query.start.type === 'after' ? formatPosition(query.start.position) : null,
    }));
  }

  get isComplete(): boolean {
    return this.#services.every(({ isComplete, found }) => isComplete && found.length === 0);
  }

  get searchedBytes(): number {
    return this.#services.reduce((sum, { searchedBytes }) => sum + searchedBytes, 0);
  }

  get totalBytes(): number {
    return this.#services.reduce((sum, { totalBytes }) => sum + totalBytes, 0);
  }

  /** Where another search continues; null: nothing has ever been written. */
  get next(): string | null {
    const cursor = new Cursor(this.#isNamed);
    for (const { query, found, next } of this.#services) {
      const position = found[0] === undefined ? next : positionBefore(found[0], query.streams);
      if (position !== null || this.#isNamed) cursor.set(query.serviceId, position ?? '0:0');
    }
    return cursor.text === '' ? null : cursor.text;
  }

  /** Searches a part of each service of which nothing is left to give, and returns what comes before all the rest. */
  async round(gone: AbortSignal): Promise<readonly ServiceFinding[]> {
    const asked = this.#services.filter(({ found, isComplete }) => found.length === 0 && !isComplete);
    const search = asked.length < 2 ? this.#search : { ...this.#search, budgetMs: ROUND_MS / asked.length };
    await Promise.all(asked.map((one) => this.#searchPart(one, search, gone)));
    return this.#give();
  }

  async #searchPart(searched: Searched, search: LogSearch, gone: AbortSignal): Promise<void> {
    const part = await this.#control.queries.searchLogs(searched.query, search, gone);
    const position = part.next === null ? null : parsePosition(part.next, searched.query.streams);
    searched.found = part.findings;
    searched.next = part.next;
    searched.isComplete = part.isComplete || position === null;
    searched.searchedBytes += part.searchedBytes;
    if (searched.totalBytes === 0) searched.totalBytes = part.totalBytes;
    if (position !== null) searched.query = { ...searched.query, start: { type: 'after', position } };
  }

  #give(): readonly ServiceFinding[] {
    const given: ServiceFinding[] = [];
    let matches = 0;
    while (matches < this.#search.limit) {
      let first: Searched | null = null;
      for (const one of this.#services) {
        if (one.found.length === 0 && !one.isComplete) return given; // what it finds next may come before
        if (one.found.length > 0 && (first === null || timeOf(one) < timeOf(first))) first = one;
      }
      if (first === null) return given;
      first.time = timeOf(first);
      const size = groupSize(first.found, this.#search.after);
      const { serviceId } = first.query;
      for (const item of first.found.slice(0, size)) {
        given.push({ serviceId, item });
        if (item.type === 'line' && item.isContext !== true) matches += 1;
      }
      first.found = first.found.slice(size);
    }
    return given;
  }
}

/** The time by which its next finding is ordered; one without a time follows the finding before it. */
function timeOf({ found: [first], time }: Searched): string {
  return first?.type === 'line' && first.at !== null ? first.at : time;
}

/** How many findings are one match, with the lines before and after it. */
function groupSize(found: readonly LogFinding[], after: number): number {
  const isContext = (item: LogFinding | undefined): boolean => item?.type === 'line' && item.isContext === true;
  let size = 0;
  while (isContext(found[size])) size += 1;
  size += 1;
  for (let left = after; left > 0 && isContext(found[size]); left -= 1) size += 1;
  return Math.min(size, found.length);
}
