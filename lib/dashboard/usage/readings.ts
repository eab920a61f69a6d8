import type { HostUsageView, UsageView } from '../../api/schemas/usage.ts';

/** So many readings are kept: five minutes of them, one every two seconds. */
const MOST_READINGS = 150;

/** What one has used at one instant. */
type Used = Pick<HostUsageView, 'cpu_percent' | 'rss_bytes'>;

/** A reading, by the id of the service. */
export interface Reading {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly host: Used;
  readonly services: ReadonlyMap<string, Used>;
}

/** What was used over time, in columns; null: nothing is known of that instant. */
export interface Series {
  readonly at: readonly number[];
  readonly cpu: readonly (number | null)[];
  readonly rss: readonly (number | null)[];
}

/** With a reading more, and without the oldest where there are too many. */
export function withReading(readings: readonly Reading[], { at, host, services }: UsageView): readonly Reading[] {
  const seconds = Date.parse(at) / 1_000;
  if (readings.at(-1)?.at === seconds) return readings; // readings are shared by all who ask
  const reading = { at: seconds, host, services: new Map(services.map((used) => [used.id, used])) };
  return [...readings, reading].slice(-MOST_READINGS);
}

/** What a service has used over time; null: the host itself. */
export function seriesOf(readings: readonly Reading[], id: string | null): Series {
  const used = readings.map(({ host, services }) => (id === null ? host : services.get(id)));
  return {
    at: readings.map(({ at }) => at),
    cpu: used.map((one) => one?.cpu_percent ?? null),
    rss: used.map((one) => one?.rss_bytes ?? null),
  };
}
