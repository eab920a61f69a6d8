import {
  formatPosition,
  type LogFinding,
  type LogItem,
  type LogLine,
  type LogSearch,
} from '../../model/values/log-line.ts';
import { recordsBackwards, textOf, timeOf, type LogRecord } from '../records/record.ts';
import type { LineFilter } from './line-filter.ts';

/** What a search has found, with the lines around it. */
export class Findings {
  readonly found: LogFinding[] = [];
  readonly #filter: LineFilter;
  readonly #search: LogSearch;
  readonly #isWanted: (record: LogRecord) => boolean;
  /** The last lines that were passed and not given. */
  #before: LogLine[] = [];
  #afterLeft = 0;
  #matches = 0;

  constructor(filter: LineFilter, search: LogSearch, isWanted: (record: LogRecord) => boolean) {
    this.#filter = filter;
    this.#search = search;
    this.#isWanted = isWanted;
  }

  get isFull(): boolean {
    return this.#matches >= this.#search.limit && this.#afterLeft === 0;
  }

  /** Whether the search can end here and be continued by another one. */
  get mayPause(): boolean {
    return this.#afterLeft === 0;
  }

  /** Where that one must begin, so that it has the lines before the first one that matches; null: anywhere. */
  get resumePosition(): string | null {
    const [first] = this.#before;
    if (first?.at == null) return null; // of plain files, whose positions have an offset for each stream
    return formatPosition({ generation: first.generation, offsets: [first.offset] });
  }

  /** Takes the next item; false: it is one too many, and the search continues with it another time. */
  take(item: LogItem): boolean {
    if (item.type === 'gap') {
      this.#before = [];
      this.#afterLeft = 0;
      this.found.push(item);
    } else if (this.#filter.test(item.text)) {
      if (this.#matches >= this.#search.limit) return false;
      this.#matches += 1;
      this.found.push(...this.#before.map((line) => ({ ...line, isContext: true as const })), item);
      this.#before = [];
      this.#afterLeft = this.#search.after;
    } else if (this.#afterLeft > 0) {
      this.#afterLeft -= 1;
      this.found.push({ ...item, isContext: true });
    } else this.#keep(item);
    return true;
  }

  /** Whether whole records must be taken line by line; if not, their last lines may still precede one that matches. */
  needs(records: Buffer, generation: number, offset: number): boolean {
    if (this.#afterLeft > 0 || this.#filter.mayMatch(records)) return true;
    const last: LogLine[] = [];
    if (this.#search.before > 0) {
      for (const record of recordsBackwards(records, offset)) {
        if (this.#isWanted(record)) last.unshift(lineOf(record, generation));
        if (last.length === this.#search.before) break;
      }
    }
    for (const line of last) this.#keep(line);
    return false;
  }

  #keep(line: LogLine): void {
    if (this.#search.before === 0) return;
    this.#before.push(line);
    if (this.#before.length > this.#search.before) this.#before.shift();
  }
}

/** The line of a record that is a whole one. */
function lineOf(record: LogRecord, generation: number): LogLine {
  const { stream, offset, end } = record;
  const position = formatPosition({ generation, offsets: [end] });
  const what = { generation, stream: stream ?? 'stdout', offset, at: timeOf(record) };
  return { type: 'line', ...what, text: textOf(record), partial: null, position };
}
