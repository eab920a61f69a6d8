import { z } from 'zod';

import type { ProcessExit } from '../../model/process.ts';
import { EXPECTED_ENDS } from '../../model/states.ts';
import { launchId, serviceId } from '../../model/values/id-schema.ts';

import type { LaunchId } from '../../model/values/ids.ts';
import type { LaunchedProcess, LaunchedSpec, LaunchEntry } from '../../ports/launch-ledger.ts';
import { inserter, rowFor, type RowWrite } from './batch.ts';
import type { RowSource } from './row-reader.ts';

/** Their names. */
export const LAUNCH_COLUMNS = [
  'launch_id',
  'service_id',
  'generation',
  'state',
  'shim',
  'boot_id',
  'executable_path',
  'version',
  'intended_at',
  'pid',
  'start_time',
  'place',
  'exit_code',
  'exit_signal',
  'exit_at',
  'exit_known',
  'max_rss',
  'cpu_ms',
  'exit_because',
  'exit_blameless',
] as const;
/** The condition for launches that failed. */
export const FAILED = `exit_class NOT IN (${EXPECTED_ENDS.map((name) => `'${name}'`).join(', ')})`;

const insert = inserter('launch', [...LAUNCH_COLUMNS, 'revision', 'env']);

// The exit may be written before the process: then the process is added and the entry stays exited.
const RUNNING = {
  table: 'launch',
  sql: `UPDATE launch SET state = iif(state = 'intent', 'running', state), pid = given.value ->> 1, start_time = given.value ->> 2,
          place = given.value ->> 3
        FROM json_each(?1) AS given WHERE launch_id = given.value ->> 0 AND state <> 'revoked'`,
} as const;

// The first known exit is final; a known exit replaces an unknown one.
const EXITED = {
  table: 'launch',
  sql: `UPDATE launch SET state = 'exited', exit_code = given.value ->> 1, exit_signal = given.value ->> 2,
          exit_at = given.value ->> 3, exit_known = given.value ->> 4,
          max_rss = given.value ->> 5, cpu_ms = given.value ->> 6,
          exit_because = given.value ->> 7, exit_blameless = given.value ->> 8
        FROM json_each(?1) AS given
        WHERE launch_id = given.value ->> 0 AND state <> 'revoked' AND coalesce(exit_known, 0) = 0`,
} as const;

const REVOKED = {
  table: 'launch',
  sql: `UPDATE launch SET state = 'revoked'
        WHERE launch_id IN (SELECT value ->> 0 FROM json_each(?1)) AND state IN ('intent', 'running')`,
} as const;

const TAKE_BACK = {
  table: 'launch',
  sql: `DELETE FROM launch WHERE launch_id IN (SELECT value ->> 0 FROM json_each(?1)) AND state = 'intent'`,
} as const;

/** The columns of an entry, as they are read. */
export const launchColumns = z.strictObject({
  launch_id: launchId,
  service_id: serviceId,
  generation: z.int().nonnegative(),
  state: z.enum(['intent', 'running', 'exited', 'revoked']),
  shim: z.enum(['native', 'sh', 'node', 'pod']),
  boot_id: z.string(),
  executable_path: z.string(),
  version: z.string().nullable(),
  intended_at: z.number(),
  pid: z.int().positive().nullable(),
  start_time: z.string().nullable(),
  place: z.string().nullable(),
  exit_code: z.number().nullable(),
  exit_signal: z.string().nullable(),
  exit_at: z.number().nullable(),
  exit_known: z.union([z.literal(0), z.literal(1)]).nullable(),
  max_rss: z.number().nullable(),
  cpu_ms: z.number().nullable(),
  exit_because: z.string().nullable(),
  exit_blameless: z.union([z.literal(0), z.literal(1)]).nullable(),
});
type LaunchColumns = z.output<typeof launchColumns>;

/** The entry in the columns of a row. */
export function entryOf(row: LaunchColumns): LaunchEntry {
  return {
    launchId: row.launch_id,
    serviceId: row.service_id,
    generation: row.generation,
    state: row.state,
    shim: row.shim,
    bootId: row.boot_id,
    executablePath: row.executable_path,
    version: row.version,
    intendedAt: row.intended_at,
    pid: row.pid,
    startTime: row.start_time,
    place: row.place,
    exit: exitOf(row),
  };
}

function exitOf({ exit_code: code, exit_signal: signal, exit_at: at, ...row }: LaunchColumns): ProcessExit | null {
  if (at === null) return null;
  const { max_rss: maxRss, cpu_ms: cpuMs, exit_because: because } = row;
  const exit = {
    ...{ code, signal, at, isKnown: row.exit_known === 1 },
    ...(row.exit_blameless === 1 ? { isBlameless: true } : {}),
    ...(because === null ? {} : { because }),
  };
  return maxRss === null || cpuMs === null ? exit : { ...exit, usage: { maxRss, cpuMs } };
}

/** Entries of the launch ledger. */
export const LAUNCHES: RowSource<LaunchEntry> = {
  table: 'launch',
  columns: LAUNCH_COLUMNS.join(', '),
  shape: launchColumns.transform(entryOf),
};

/**
 * The SELECT, from its WHERE on, for the newest entry of each service; skips from service to service along the index.
 */
export const NEWEST = `WHERE rowid IN (
  WITH RECURSIVE service (id) AS (
    SELECT min(service_id) FROM launch
    UNION ALL
    SELECT (SELECT min(service_id) FROM launch WHERE service_id > service.id) FROM service WHERE service.id IS NOT NULL
  )
  SELECT (SELECT rowid FROM launch WHERE service_id = service.id ORDER BY generation DESC LIMIT 1) FROM service
) ORDER BY service_id`;

// What a crash is compared with stays: the last two stable launches, and the first that failed after them.
const PRUNING = {
  table: 'launch',
  sql: `DELETE FROM launch WHERE rowid IN (
          SELECT old.rowid FROM json_each(?1) AS given CROSS JOIN launch AS old
          ON old.service_id = given.value ->> 0 AND old.generation <= given.value ->> 1
          WHERE old.generation NOT IN (
            SELECT generation FROM launch WHERE service_id = old.service_id AND is_stable = 1 ORDER BY generation DESC LIMIT 2)
          AND old.generation IS NOT (
            SELECT min(generation) FROM launch WHERE service_id = old.service_id AND ${FAILED} AND generation >= coalesce(
              (SELECT max(generation) FROM launch WHERE service_id = old.service_id AND is_stable = 1), 0))
        ) AND state IN ('exited', 'revoked')`,
} as const;

/** Deletes the launches of a service up to a generation, except a live one. */
export function pruneLaunches(serviceId: string, upTo: number): RowWrite {
  return rowFor(PRUNING, serviceId, [serviceId, upTo]);
}

/** Inserts a launch; its service must not have a live one. */
export function insertLaunch(entry: LaunchEntry, launched: LaunchedSpec | null): RowWrite {
  const { exit, launchId } = entry;
  const row = insert(launchId, {
    launch_id: launchId,
    service_id: entry.serviceId,
    generation: entry.generation,
    state: entry.state,
    shim: entry.shim,
    boot_id: entry.bootId,
    executable_path: entry.executablePath,
    version: entry.version,
    intended_at: entry.intendedAt,
    pid: entry.pid,
    start_time: entry.startTime,
    place: entry.place,
    exit_code: exit?.code ?? null,
    exit_signal: exit?.signal ?? null,
    exit_at: exit?.at ?? null,
    exit_known: exit === null ? null : Number(exit.isKnown),
    max_rss: exit?.usage?.maxRss ?? null,
    cpu_ms: exit?.usage?.cpuMs ?? null,
    exit_because: exit?.because ?? null,
    exit_blameless: exit === null ? null : Number(exit.isBlameless ?? false),
    revision: launched?.revision ?? null,
    env: launched === null ? null : JSON.stringify(launched.env),
  });
  return { ...row, undo: () => rowFor(TAKE_BACK, launchId, [launchId]) };
}

/** Records the process of a launch. */
export function launchRunning(launchId: LaunchId, { pid, startTime, place }: LaunchedProcess): RowWrite {
  return rowFor(RUNNING, launchId, [launchId, pid, startTime, place]);
}

/** Records the exit of the main process of a launch. */
export function launchExited(launchId: LaunchId, exit: ProcessExit): RowWrite {
  const { code, signal, at, isKnown, usage, because, isBlameless } = exit;
  return rowFor(EXITED, launchId, [
    ...[launchId, code, signal, at, Number(isKnown)],
    ...[usage?.maxRss ?? null, usage?.cpuMs ?? null, because ?? null, Number(isBlameless ?? false)],
  ]);
}

/** Records that a launch without an exit never happened. */
export function launchRevoked(launchId: LaunchId): RowWrite {
  return rowFor(REVOKED, launchId, [launchId]);
}
