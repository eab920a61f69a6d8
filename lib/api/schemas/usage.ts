import { z } from 'zod';
import { countSchema, idSchema, instantSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';

const cpuSecondsSchema = z.number().min(0);
const cpuPercentSchema = z.number().min(0).nullable().meta({
  description: 'Percentage of one core since the previous reading by any client; null at the first reading.',
});
const rssSchema = countSchema.meta({ description: 'The resident set; shared pages count once for each process.' });

/** The resource usage of a service's process tree. */
export const serviceUsageSchema = z
  .strictObject({
    id: idSchema,
    cpu_seconds: cpuSecondsSchema.meta({ description: 'Processor time of all launches that this host has seen.' }),
    cpu_percent: cpuPercentSchema,
    rss_bytes: rssSchema,
    processes: countSchema,
  })
  .meta({ id: 'ServiceUsage' });
export type ServiceUsageView = Wire<typeof serviceUsageSchema>;

const hostUsageSchema = z
  .strictObject({
    cpu_seconds: cpuSecondsSchema,
    cpu_percent: cpuPercentSchema,
    rss_bytes: rssSchema,
    event_loop_lag_ms: z
      .strictObject({ mean: z.number().min(0), p99: z.number().min(0), max: z.number().min(0) })
      .nullable()
      .meta({
        description:
          'The delay of timers since the previous reading; null at the first reading and if the previous one is more than a minute ago.',
      }),
  })
  .meta({ id: 'HostUsage' });
export type HostUsageView = Wire<typeof hostUsageSchema>;

/** The resource usage of the host and its services. */
export const usageSchema = z
  .strictObject({
    at: instantSchema,
    supported: z.boolean().meta({ description: 'Whether this system can measure process trees (Linux can).' }),
    services: z.array(serviceUsageSchema).meta({ description: 'Services with a process; none if unsupported.' }),
    host: hostUsageSchema,
  })
  .meta({
    id: 'Usage',
    example: {
      at: '2026-01-02T03:04:05.678Z',
      supported: true,
      services: [{ id: 'pump1-corerl', cpu_seconds: 12.34, cpu_percent: 4.2, rss_bytes: 73_400_320, processes: 3 }],
      host: {
        cpu_seconds: 3.21,
        cpu_percent: 0.4,
        rss_bytes: 92_274_688,
        event_loop_lag_ms: { mean: 0.11, p99: 0.52, max: 2.1 },
      },
    },
  });
export type UsageView = Wire<typeof usageSchema>;

/** The stored resource usage of a service. */
export const usageHistorySchema = z
  .strictObject({
    service_id: idSchema,
    samples: z
      .array(
        z.strictObject({
          at: instantSchema.meta({ description: 'The beginning of the minute in which the processes were read.' }),
          cpu_percent: z
            .number()
            .min(0)
            .nullable()
            .meta({ description: 'Percentage of one core since the sample before it; null: unknown.' }),
          rss_bytes: rssSchema,
        }),
      )
      .meta({ description: 'Oldest first. A minute without a process, or without a host, has no sample.' }),
  })
  .meta({
    id: 'UsageHistory',
    example: {
      service_id: 'pump1-corerl',
      samples: [{ at: '2026-01-02T03:04:00.000Z', cpu_percent: 4.2, rss_bytes: 73_400_320 }],
    },
  });
export type UsageHistoryView = Wire<typeof usageHistorySchema>;
