import { z } from 'zod';

import { causeOfRow } from '../../model/causes.ts';
import type { JournalEntry, JournalQuery } from '../../model/journal.ts';
import { prefixOf, renamedTypesOf, type EventFilter } from '../../model/values/event-filter.ts';
import { storedNamesOf, typeOfRow } from '../../model/values/event-type.ts';
import { inserter, rowFor, type Cell, type RowWrite } from './batch.ts';
import { jsonOf, type RowSource } from './row-reader.ts';

const COLUMNS = [
  'seq',
  'at',
  'type',
  'agent_id',
  'service_id',
  'from_state',
  'to_state',
  'cause',
  'correlation_id',
  'detail',
  'source',
] as const;
const insert = inserter('journal', COLUMNS);

const TAKE_BACK = {
  table: 'journal',
  sql: 'DELETE FROM journal WHERE seq IN (SELECT value ->> 0 FROM json_each(?1))',
} as const;

const MAX_PAGE = 1000;

const sourceSchema = z.strictObject({
  actor: z.string().nullable(),
  address: z.string().nullable(),
  tool: z.string().nullable(),
});

const journalRow = z
  .strictObject({
    seq: z.number(),
    at: z.number(),
    type: z.string(),
    agent_id: z.string().nullable(),
    service_id: z.string().nullable(),
    from_state: z.string().nullable(),
    to_state: z.string().nullable(),
    cause: z.string(),
    correlation_id: z.string().nullable(),
    detail: jsonOf(z.record(z.string(), z.unknown())),
    source: jsonOf(sourceSchema).nullable(),
    repeated: z.number().nullable(),
  })
  .transform(
    ({
      type,
      agent_id,
      service_id,
      from_state,
      to_state,
      cause,
      correlation_id,
      source,
      repeated,
      ...same
    }): JournalEntry => ({
      ...same,
      ...(repeated === null ? {} : { repeated }),
      ...(source === null ? {} : { source }),
      type: typeOfRow(type),
      cause: causeOfRow(cause),
      agentId: agent_id,
      serviceId: service_id,
      from: from_state,
      to: to_state,
      correlationId: correlation_id,
    }),
  );

/** Events of the journal. */
export const EVENTS: RowSource<JournalEntry> = {
  table: 'journal',
  columns: [...COLUMNS, 'repeated'].join(', '),
  shape: journalRow,
};

/** Appends an event; its number must be unused. */
export function appendEvent(entry: JournalEntry): RowWrite {
  const { seq, at, type, agentId, serviceId, from, to, cause, correlationId, detail, source } = entry;
  const row = insert(seq, {
    ...{ seq, at, type, agent_id: agentId, service_id: serviceId, from_state: from, to_state: to },
    ...{ cause, correlation_id: correlationId, detail: JSON.stringify(detail) },
    source: source === undefined ? null : JSON.stringify(source),
  });
  return { ...row, undo: () => rowFor(TAKE_BACK, seq, [seq]) };
}

/** The SELECT for a query, from its WHERE on, with its parameters. */
export function selectionOf(query: JournalQuery): { readonly rest: string; readonly parameters: readonly Cell[] } {
  // Starts with the most selective filter; `+` prevents SQLite, which has no statistics, from using another index.
  const filters = {
    correlation_id: query.correlationId === undefined ? [] : [query.correlationId],
    service_id: query.serviceId === undefined ? [] : [query.serviceId],
    agent_id: query.agentId === undefined ? [] : [query.agentId],
    type: query.type === undefined ? [] : storedNamesOf(query.type),
  };
  const terms: string[] = [];
  const parameters: Cell[] = [];
  for (const [column, values] of Object.entries(filters)) {
    if (values.length === 0) continue;
    const condition = values.length === 1 ? '= ?' : `IN (${values.map(() => '?').join(', ')})`;
    terms.push(`${terms.length === 0 ? '' : '+'}${column} ${condition} AND`);
    parameters.push(...values);
  }
  for (const { term, cells } of [...timeTerms(query), ...commandTerms(query), ...filterTerms(query.filter)]) {
    terms.push(`${term} AND`);
    parameters.push(...cells);
  }
  const limit = Math.min(Math.max(1, query.limit), MAX_PAGE);
  const direction = query.order === 'newest_first' ? 'DESC' : 'ASC';
  return {
    rest: `WHERE ${terms.join(' ')} seq > ? AND seq < ? ORDER BY seq ${direction} LIMIT ?`,
    parameters: [...parameters, query.after, query.before ?? Number.MAX_SAFE_INTEGER, limit],
  };
}

/** A condition with the values of its parameters. `+`: it uses no index, because events are read in the order of seq. */
interface Term {
  readonly term: string;
  readonly cells: readonly Cell[];
}

function timeTerms({ since, until }: JournalQuery): readonly Term[] {
  return [
    ...(since === undefined ? [] : [{ term: '+at >= ?', cells: [since] }]),
    ...(until === undefined ? [] : [{ term: '+at <= ?', cells: [until] }]),
  ];
}

function commandTerms({ command }: JournalQuery): readonly Term[] {
  if (command === undefined) return [];
  const fields = Object.entries(command).map(([name, value]) => ({
    term: 'source ->> ? = ?',
    cells: [`$.${name}`, value],
  }));
  return [{ term: "cause = 'command'", cells: [] }, ...fields];
}

function filterTerms(filter: EventFilter | undefined): readonly Term[] {
  if (filter === undefined) return [];
  return [
    ...oneOf('agent_id', filter.agentIds),
    ...oneOf('service_id', filter.serviceIds),
    ...(filter.types.length === 0 ? [] : [typeTerm(filter.types)]),
  ];
}

function oneOf(column: string, values: readonly string[]): readonly Term[] {
  if (values.length === 0) return [];
  return [{ term: `+${column} IN (SELECT value FROM json_each(?))`, cells: [JSON.stringify(values)] }];
}

function typeTerm(patterns: readonly string[]): Term {
  const terms = patterns.flatMap((pattern): readonly Term[] => {
    const beginning = prefixOf(pattern);
    return [
      beginning === null
        ? { term: '+type = ?', cells: [pattern] }
        : { term: 'substr(type, 1, length(?)) = ?', cells: [beginning, beginning] },
      ...renamedTypesOf(pattern).map((name): Term => ({ term: '+type = ?', cells: [name] })),
    ];
  });
  return { term: `(${terms.map(({ term }) => term).join(' OR ')})`, cells: terms.flatMap(({ cells }) => cells) };
}
