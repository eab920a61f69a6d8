import { z } from 'zod';

import { SAMPLE_MS } from '../../model/policy/usage-ring.ts';
import { serviceId as serviceIdShape } from '../../model/values/id-schema.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import type { Instant } from '../../model/values/time.ts';
import type { TimedUsage, UsageHistory, UsageRound, UsageSample } from '../../ports/process-usage.ts';
import { inserter, rowFor, type RowWrite } from '../rows/batch.ts';
import type { StoreContext } from '../sqlite-actor-store.ts';

const insertSample = inserter(
  'usage_sample',
  ['minute', 'service_id', 'cpu', 'memory'],
  'ON CONFLICT (minute, service_id) DO UPDATE SET cpu = excluded.cpu, memory = excluded.memory',
);

const DELETE_OLD = {
  table: 'usage_sample',
  sql: "DELETE FROM usage_sample WHERE minute < (?1 ->> '$[0][0]')",
} as const;

const DELETE_SERVICES = {
  table: 'usage_sample',
  sql: 'DELETE FROM usage_sample WHERE service_id IN (SELECT value ->> 0 FROM json_each(?1))',
} as const;

// One look into the index for each minute, whatever the other services have.
const OF_SERVICE = `WITH RECURSIVE minutes (minute) AS (
    SELECT max(?2, (SELECT min(minute) FROM usage_sample))
    UNION ALL SELECT minute + 1 FROM minutes WHERE minute < min(?3, (SELECT max(minute) FROM usage_sample)))
  SELECT one.minute, one.cpu, one.memory FROM minutes CROSS JOIN usage_sample AS one
  ON one.minute = minutes.minute AND one.service_id = ?1 WHERE one.minute <= ?3`;

const sampleRow = z.strictObject({ minute: z.int(), cpu: z.int().nullable(), memory: z.int() });
const idRow = z.strictObject({ service_id: serviceIdShape });
const newestRow = z.strictObject({ minute: z.int().nullable() });

function minuteOf(at: Instant): number {
  return Math.floor(at / SAMPLE_MS);
}

/** The samples of the last day in SQLite. */
export class SqliteUsageHistory implements UsageHistory {
  readonly #context: Pick<StoreContext, 'queue' | 'reader'>;

  constructor(context: Pick<StoreContext, 'queue' | 'reader'>) {
    this.#context = context;
  }

  async add({ at, samples, keptSince, forgotten }: UsageRound): Promise<void> {
    const minute = minuteOf(at);
    await this.#context.queue.write([
      rowFor(DELETE_OLD, 'old', [minuteOf(keptSince)]),
      ...forgotten.map((id) => rowFor(DELETE_SERVICES, id, [id])),
      ...samples.map((sample) => rowOf(minute, sample)),
    ]);
  }

  async of(serviceId: ServiceId, since: Instant, until: Instant): Promise<readonly TimedUsage[]> {
    const from = Math.ceil(since / SAMPLE_MS);
    const rows = await this.#context.reader.query(OF_SERVICE, [serviceId, from, minuteOf(until)]);
    return rows
      .map((row) => sampleRow.parse(row))
      .map(({ minute, cpu, memory }) => ({
        at: minute * SAMPLE_MS,
        cpuPercent: cpu === null ? null : cpu / 100,
        residentBytes: memory * 1024,
      }));
  }

  async sampled(): Promise<ReadonlySet<ServiceId>> {
    const rows = await this.#context.reader.query('SELECT DISTINCT service_id FROM usage_sample');
    return new Set(rows.map((row) => idRow.parse(row).service_id));
  }

  async newest(): Promise<Instant | null> {
    const [row] = await this.#context.reader.query('SELECT max(minute) AS minute FROM usage_sample');
    const { minute } = newestRow.parse(row);
    return minute === null ? null : minute * SAMPLE_MS;
  }
}

function rowOf(minute: number, { serviceId, cpuPercent, residentBytes }: UsageSample): RowWrite {
  return insertSample(serviceId, {
    ...{ minute, service_id: serviceId },
    cpu: cpuPercent === null ? null : Math.round(cpuPercent * 100),
    memory: Math.round(residentBytes / 1024),
  });
}
