import type { LogItemView } from '../../api/schemas/log.ts';
import type { Client } from '../../client/client.ts';
import type { StreamWatch } from '../../client/event-stream.ts';
import type { LineAddress, LogSource } from './source.ts';
import type { LogItem } from './row.ts';
import type { LogPage } from './window.ts';

/** How many lines a page has, and how many come before a line that was asked for. */
export const PAGE_LINES = 1_000;
const LINES_BEFORE = 200;
/** As `before`: behind everything that has been written. */
const END = 'end';
/** In place of a position: only what is new. */
export const FROM_NOW = 'now';
/** Before everything. */
const BEGINNING = '0:0';

export type LogClient = Pick<Client, 'readLogs' | 'readMergedLogs' | 'followLogs' | 'followMergedLogs'>;

/** What a part of a search has found. */
export interface FoundPart {
  readonly items: readonly LogItem[];
  /** Where to continue; null: nothing has ever been written. */
  readonly next: string | null;
  readonly isComplete: boolean;
  /** How much this part has searched, and how much there was to search. */
  readonly searchedBytes: number;
  readonly totalBytes: number;
}

/** The output of one or several services. All methods reject as the client does. */
export interface LogReader {
  /** The last lines. */
  newest(signal: AbortSignal): Promise<readonly LogPage[]>;
  /** The lines around one; consecutive pages, of which the second begins with it. */
  around(line: LineAddress, signal: AbortSignal): Promise<readonly LogPage[]>;
  older(before: string, signal: AbortSignal): Promise<LogPage>;
  newer(after: string | null, signal: AbortSignal): Promise<LogPage>;
  /** Searches everything that is stored, or what follows a position, for a regular expression. */
  search(expression: string, after: string | null, signal: AbortSignal): Promise<FoundPart>;
  /** What follows a position; null: everything. {@link FROM_NOW}: only what is new. */
  follow(after: string | null, watch: StreamWatch & { readonly signal: AbortSignal }): AsyncGenerator<LogItem>;
}

interface Fields {
  readonly tail?: number;
  readonly after?: string;
  readonly before?: string;
  readonly since?: string;
  readonly grep?: string;
  readonly limit?: number;
}

interface Answer {
  readonly lines: readonly LogItem[];
  readonly next: string | null;
  readonly previous?: string | null | undefined;
  readonly search?: { readonly complete: boolean; readonly searched_bytes: number; readonly total_bytes: number };
}

interface Source {
  readonly ask: (fields: Fields, signal: AbortSignal) => Promise<Answer>;
  readonly follow: (fields: Fields, watch: StreamWatch & { readonly signal: AbortSignal }) => AsyncGenerator<LogItem>;
  /** Where reading begins in order to get a line first. */
  readonly startingAt: (line: LineAddress, signal: AbortSignal) => Promise<Fields>;
}

const JSON_ONLY = { accept: 'application/json' };

function named(id: string, item: LogItemView): LogItem {
  return { service_id: id, ...item };
}

function oneService(client: LogClient, id: string, { stream, generation }: LogSource): Source {
  const common = { ...(stream === 'both' ? {} : { stream }), ...(generation === null ? {} : { generation }) };
  return {
    ask: async (fields, signal) => {
      const { lines, next, previous, search } = await client.readLogs({
        ...{ id, query: { ...common, ...fields }, headers: JSON_ONLY, signal },
      });
      return {
        lines: lines.map((item) => named(id, item)),
        next,
        previous,
        ...(search === undefined ? {} : { search }),
      };
    },
    async *follow(fields, watch) {
      const query = { ...common, ...fields, follow: true };
      for await (const item of client.followLogs({ id, query, ...watch })) yield named(id, item);
    },
    startingAt: ({ generation: launch, offset }) => Promise.resolve({ after: `${launch}:${offset}` }),
  };
}

function severalServices(client: LogClient, { ids, stream }: LogSource): Source {
  const common = { service_id: ids.join(','), ...(stream === 'both' ? {} : { stream }) };
  return {
    ask: async (fields, signal) => {
      const { lines, next, previous, search } = await client.readMergedLogs({
        ...{ query: { ...common, ...fields }, headers: JSON_ONLY, signal },
      });
      return { lines, next, previous, ...(search === undefined ? {} : { search }) };
    },
    follow: (fields, watch) => client.followMergedLogs({ query: { ...common, ...fields, follow: true }, ...watch }),
    // The other services begin where this one was at that time.
    startingAt: async ({ serviceId: id, generation, offset }, signal) => {
      const query = { after: `${generation}:${offset}`, limit: 1 };
      const { lines } = await client.readLogs({ id, query, headers: JSON_ONLY, signal });
      const [first] = lines;
      return first !== undefined && 'at' in first && first.at !== null
        ? { since: first.at }
        : { before: END, tail: PAGE_LINES };
    },
  };
}

function pageOf({ lines, next, previous = null }: Answer): LogPage {
  return { items: lines, start: previous, end: next };
}

/** Reads the output of the services of a source. */
export function logReader(client: LogClient, source: LogSource): LogReader {
  const [id = ''] = source.ids;
  const { ask, follow, startingAt } =
    source.ids.length === 1 ? oneService(client, id, source) : severalServices(client, source);
  const older = async (before: string, lines: number, signal: AbortSignal): Promise<LogPage> =>
    pageOf(await ask({ before, tail: lines }, signal));
  return {
    newest: async (signal) => [await older(END, PAGE_LINES, signal)],
    around: async (line, signal) => {
      const page = pageOf(await ask({ ...(await startingAt(line, signal)), limit: PAGE_LINES }, signal));
      if (page.start === null) return [page];
      return [await older(page.start, LINES_BEFORE, signal), page];
    },
    older: (before, signal) => older(before, PAGE_LINES, signal),
    newer: async (after, signal) => pageOf(await ask({ after: after ?? BEGINNING, limit: PAGE_LINES }, signal)),
    search: async (grep, after, signal) => {
      const fields = { grep, limit: PAGE_LINES, ...(after === null ? {} : { after }) };
      const { lines, next, search } = await ask(fields, signal);
      return {
        ...{ items: lines, next, isComplete: search?.complete ?? true },
        ...{ searchedBytes: search?.searched_bytes ?? 0, totalBytes: search?.total_bytes ?? 0 },
      };
    },
    follow: (after, watch) => follow(after === FROM_NOW ? { tail: 0 } : { after: after ?? BEGINNING }, watch),
  };
}
