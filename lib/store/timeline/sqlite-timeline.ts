import { z } from 'zod';

import { laneStateAfter, type HostLimit, type TimelineEvent } from '../../model/timeline.ts';
import { typeOfRow } from '../../model/values/event-type.ts';
import type { Instant } from '../../model/values/time.ts';
import type { EarlierState, HealthSpan, TimelinePage, TimelineStore } from '../../ports/actor-store.ts';
import type { Cell } from '../rows/batch.ts';
import { jsonOf, type RowReader } from '../rows/row-reader.ts';

// One text for a page: rows with many columns take SQLite's binding several times as long.
const EVENT_CELLS = `json_array(seq, at, type, agent_id, service_id, from_state, to_state, cause = 'command',
  detail ->> '$.substate', detail ->> '$.class', coalesce(repeated, 0))`;

const eventCells = z.tuple([
  z.number(),
  z.number(),
  z.string(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.literal([0, 1]),
  z.string().nullable(),
  z.string().nullable(),
  z.number(),
]);
const eventsRow = z.strictObject({ events: jsonOf(z.array(eventCells)) });

function eventOf(cells: z.infer<typeof eventCells>): TimelineEvent {
  const [seq, at, type, agentId, serviceId, from, to, isCommand, substate, exitClass, repeated] = cells;
  return {
    ...{ seq, at, type: typeOfRow(type), agentId, serviceId, from, to },
    ...{ isCommand: isCommand === 1, substate, exitClass, repeated },
  };
}

// The last event before the instant comes first: from there on, the index of a service leads to its last change.
const BEFORE = `WITH subject AS (SELECT key, value AS id FROM json_each(?1)),
    begin AS (SELECT (SELECT seq FROM journal WHERE at < ?2 ORDER BY at DESC LIMIT 1) AS seq)
  SELECT (SELECT json_array(type, to_state, detail ->> '$.substate') FROM journal
      WHERE service_id = subject.id AND seq <= begin.seq
        AND +type IN ('service.state_changed', 'service.readiness_changed')
      ORDER BY seq DESC LIMIT 1) AS change,
    (SELECT at FROM journal WHERE service_id = subject.id ORDER BY seq DESC LIMIT 1) AS newest_at
  FROM subject CROSS JOIN begin ORDER BY subject.key`;

const beforeRow = z.strictObject({ change: z.string().nullable(), newest_at: z.number().nullable() });
const changeCell = z.tuple([z.string(), z.string().nullable(), z.string().nullable()]);

/** More starts and ends than that lie too far back. */
const MAX_LIMITS = 10_000;

// Hosts that do not say how long the one before was alive leave the last event before their start.
const HOST_LIMITS = `SELECT at, type = 'host.started' AS is_start, detail ->> '$.alive_until' AS alive_until,
    (SELECT earlier.at FROM journal AS earlier WHERE earlier.seq < journal.seq ORDER BY earlier.seq DESC LIMIT 1) AS last_at
  FROM journal WHERE type IN ('host.started', 'host.stopped', 'host.crashed') ORDER BY seq DESC LIMIT ${MAX_LIMITS}`;

const limitRow = z.strictObject({
  at: z.number(),
  is_start: z.number(),
  alive_until: z.string().nullable(),
  last_at: z.number().nullable(),
});

// A host that records its health is healthy from its start on, unless it says something else.
const HEALTH = `SELECT at, CASE type WHEN 'host.started'
      THEN CASE json_type(detail, '$.alive_until') IS NULL WHEN 1 THEN NULL ELSE 'healthy' END
      ELSE to_state END AS status
  FROM journal WHERE type IN ('host.started', 'host.health_changed') ORDER BY seq DESC LIMIT ${MAX_LIMITS}`;

const healthRow = z.strictObject({ at: z.number(), status: z.enum(['healthy', 'degraded']).nullable() });
const atRow = z.strictObject({ at: z.number().nullable() });

/** The journal by time in SQLite. */
export class SqliteTimeline implements TimelineStore {
  readonly #reader: Pick<RowReader, 'query'>;

  constructor(reader: Pick<RowReader, 'query'>) {
    this.#reader = reader;
  }

  async events({ since, until, serviceIds, after, limit }: TimelinePage): Promise<readonly TimelineEvent[]> {
    const of =
      serviceIds.length === 0 ? '' : 'AND (service_id IS NULL OR service_id IN (SELECT value FROM json_each(?)))';
    const cells: readonly Cell[] = serviceIds.length === 0 ? [] : [JSON.stringify(serviceIds)];
    const [row] = await this.#reader.query(
      `SELECT json_group_array(json(cells)) AS events FROM (
         SELECT ${EVENT_CELLS} AS cells FROM journal INDEXED BY journal_at WHERE (at, seq) > (?, ?) AND at <= ? ${of}
         ORDER BY at, seq LIMIT ?)`,
      [after?.at ?? since, after?.seq ?? 0, until, ...cells, limit],
    );
    return eventsRow.parse(row).events.map(eventOf);
  }

  async before(since: Instant, serviceIds: readonly string[]): Promise<readonly EarlierState[]> {
    const rows = await this.#reader.query(BEFORE, [JSON.stringify(serviceIds), since]);
    return rows
      .map((row) => beforeRow.parse(row))
      .map(({ change, newest_at: newestAt }) => {
        if (change === null) return { state: null, newestAt };
        const [type, to, substate] = changeCell.parse(JSON.parse(change));
        return { state: laneStateAfter({ type, to, substate }), newestAt };
      });
  }

  async hostLimits(): Promise<readonly HostLimit[]> {
    const rows = await this.#reader.query(HOST_LIMITS);
    return rows
      .map((row) => limitRow.parse(row))
      .map(({ at, is_start, alive_until, last_at }): HostLimit => {
        const isStart = is_start === 1;
        return {
          ...{ at, type: isStart ? 'started' : 'ended' },
          aliveUntil: alive_until === null ? last_at : Date.parse(alive_until),
        };
      })
      .reverse();
  }

  async health(): Promise<readonly HealthSpan[]> {
    return (await this.#reader.query(HEALTH)).map((row) => healthRow.parse(row)).reverse();
  }

  async oldestAt(): Promise<Instant | null> {
    const [row] = await this.#reader.query('SELECT (SELECT at FROM journal ORDER BY seq LIMIT 1) AS at');
    return atRow.parse(row).at;
  }
}
