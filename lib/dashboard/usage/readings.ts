import type { HostUsageView, UsageView } from '../../api/schemas/usage.ts';

/** How many readings are kept: five minutes, one every two seconds. */
const MAX_READINGS = 150;

/** The resource usage at one instant. */
type Used = Pick<HostUsageView, 'cpu_percent' | 'rss_bytes'>;

/** A reading, with services by id. */
export interface Reading {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly host: Used;
  readonly services: ReadonlyMap<string, Used>;
}

/** The resource usage over time, in columns; null: unknown at that instant. */
export interface Series {
  readonly at: readonly number[];
  readonly cpu: readonly (number | null)[];
  readonly rss: readonly (number | null)[];
}

/** Adds a reading, and drops the oldest beyond the limit. */
export function withReading(readings: readonly Reading[], { at, host, services }: UsageView): readonly Reading[] {
  const seconds = Date.parse(at) / 1_000;
  if (readings.at(-1)?.at === seconds) return readings; // all clients share the readings
  const reading = { at: seconds, host, services: new Map(services.map((used) => [used.id, used])) };
  return [...readings, reading].slice(-MAX_READINGS);
}

/** The resource usage of a service over time; null: of the host. */
export function seriesOf(readings: readonly Reading[], id: string | null): Series {
  const used = readings.map(({ host, services }) => (id === null ? host : services.get(id)));
  return {
    at: readings.map(({ at }) => at),
    cpu: used.map((one) => one?.cpu_percent ?? null),
    rss: used.map((one) => one?.rss_bytes ?? null),
  };
}
