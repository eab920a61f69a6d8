import { rowFor, type RowStatement, type RowWrite } from './batch.ts';

/** Whose repeated events are condensed. */
export type EventSubject = { readonly serviceId: string } | { readonly agentId: string };

/**
 * Events are of the same kind if these agree: what happened, how a process ended, why, and which version; of a command
 * everything but its time and its request.
 */
const KIND = `type, from_state, to_state, cause,
  CASE cause WHEN 'command' THEN detail ELSE json_array(detail ->> '$.code', detail ->> '$.signal', detail ->> '$.class',
    detail ->> '$.reason_code', detail ->> '$.substate', detail ->> '$.version') END,
  source`;

const DAY = 'at / 86400000';

const OF_SERVICE = 'service_id = subject.id';
const OF_AGENT = 'agent_id = subject.id AND service_id IS NULL';

/** The events of subjects, `?1`: `[[id], ...]`, but the newest of each, with the first and the last of their kind and day. */
function olderOf(whose: string, kept: number): string {
  return `WITH subject AS (SELECT value ->> 0 AS id FROM json_each(?1)),
    bounded AS (SELECT id, (SELECT seq FROM journal WHERE ${whose} ORDER BY seq DESC LIMIT 1 OFFSET ${kept}) AS newest FROM subject),
    older AS (SELECT seq, coalesce(repeated, 0) AS repeated, min(seq) OVER kind AS first, max(seq) OVER kind AS last
      FROM bounded AS subject CROSS JOIN journal WHERE ${whose} AND seq <= subject.newest
      WINDOW kind AS (PARTITION BY subject.id, ${DAY}, ${KIND}))`;
}

const IS_INNER = 'seq > first AND seq < last';

/** The statements that condense the events of subjects. */
interface Statements {
  /** The last of each kind and day gets the number of those between it and the first. */
  readonly count: RowStatement;
  /** Those are deleted after that. */
  readonly drop: RowStatement;
}

function statementsFor(whose: string, kept: number): Statements {
  const older = olderOf(whose, kept);
  const count = `${older} UPDATE journal SET repeated = kinds.condensed FROM (
      SELECT last, sum(repeated) + sum(${IS_INNER}) AS condensed FROM older GROUP BY first, last HAVING sum(${IS_INNER}) > 0
    ) AS kinds WHERE journal.seq = kinds.last`;
  const drop = `${older} DELETE FROM journal WHERE seq IN (SELECT seq FROM older WHERE ${IS_INNER})`;
  return { count: { table: 'journal', sql: count }, drop: { table: 'journal', sql: drop } };
}

/** Condenses events: of one kind and day, the first and the last stay, the last with the number of those between. */
export class EventCondenser {
  readonly #ofServices: Statements;
  readonly #ofAgents: Statements;

  /** `kept`: the newest events of each subject, which are left alone. */
  constructor(kept: number) {
    this.#ofServices = statementsFor(OF_SERVICE, kept);
    this.#ofAgents = statementsFor(OF_AGENT, kept);
  }

  /** What condenses the events of these subjects. */
  writesFor(subjects: readonly EventSubject[]): readonly RowWrite[] {
    const services = subjects.flatMap((subject) => ('serviceId' in subject ? [subject.serviceId] : []));
    const agents = subjects.flatMap((subject) => ('agentId' in subject ? [subject.agentId] : []));
    return [...writesOf(this.#ofServices, services), ...writesOf(this.#ofAgents, agents)];
  }
}

function writesOf({ count, drop }: Statements, ids: readonly string[]): readonly RowWrite[] {
  return [...ids.map((id) => rowFor(count, id, [id])), ...ids.map((id) => rowFor(drop, id, [id]))];
}
