import { z } from 'zod';
import { countSchema, idSchema, instantSchema, placeSchema, reasonSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';
import { intendedSchema, reasonCodeSchema, stateSchema } from './state.ts';

const CONFIG_PATH = '/plant/pump1.yaml';

/** An agent (contract 3.4). */
export const agentSchema = z
  .strictObject({
    id: idSchema,
    type: z.string(),
    state: stateSchema,
    intended_state: intendedSchema,
    config_path: z.string().nullable(),
    services: z.array(idSchema),
    since: instantSchema,
    reason: reasonSchema,
    reason_code: reasonCodeSchema,
  })
  .meta({
    id: 'Agent',
    example: {
      id: 'pump1',
      type: 'default',
      state: 'running',
      intended_state: 'running',
      config_path: CONFIG_PATH,
      services: ['pump1-coreio', 'pump1-corerl'],
      since: '2026-01-02T03:04:05.678Z',
      reason: null,
      reason_code: null,
    },
  });
export type AgentView = Wire<typeof agentSchema>;

/** What a start of an agent would do. */
export const agentCheckSchema = z
  .strictObject({
    id: idSchema,
    type: z.string(),
    config_path: z.string(),
    state: stateSchema.nullable().meta({ description: 'Of the known agent with this id; null: there is none.' }),
    services: z
      .array(
        z.strictObject({
          id: idSchema,
          kind: z.string(),
          executable: z.string().nullable().meta({ description: 'The file that would run; null: there is none.' }),
          version: z.string().nullable(),
          problem: z
            .string()
            .nullable()
            .meta({ description: 'Why it would be `failed` at first; it starts by itself when that is mended.' }),
        }),
      )
      .meta({ description: 'In the order of their start.' }),
  })
  .meta({
    id: 'AgentCheck',
    example: {
      id: 'pump1',
      type: 'default',
      config_path: CONFIG_PATH,
      state: null,
      services: [
        { id: 'pump1-coreio', kind: 'coreio', executable: '/plant/coreio-1.2.0', version: '1.2.0', problem: null },
      ],
    },
  });
export type AgentCheckView = Wire<typeof agentCheckSchema>;

/** One service inside the status of an agent (contract 3.1). */
export const serviceStatusSchema = z
  .strictObject({
    id: idSchema,
    state: stateSchema,
    intended_state: intendedSchema,
    config_path: z.string().nullable(),
    pid: z.int().nullable(),
    place: placeSchema,
    version: z.string().nullable(),
    restarts: countSchema,
  })
  .meta({ id: 'ServiceStatus' });
export type ServiceStatusView = Wire<typeof serviceStatusSchema>;

/** The status of an agent in the format of the original clients (contract 3.1). */
export const agentStatusSchema = z
  .strictObject({
    id: idSchema,
    state: stateSchema,
    intended_state: intendedSchema,
    config_path: z.string().nullable(),
    service_statuses: z.record(z.string(), serviceStatusSchema).meta({ description: 'By kind of service.' }),
  })
  .meta({
    id: 'AgentStatus',
    example: {
      id: 'pump1',
      state: 'running',
      intended_state: 'running',
      config_path: CONFIG_PATH,
      service_statuses: {
        corerl: {
          id: 'pump1-corerl',
          state: 'running',
          intended_state: 'running',
          config_path: CONFIG_PATH,
          pid: 4711,
          place: null,
          version: '2.0.1',
          restarts: 0,
        },
      },
    },
  });
export type AgentStatusView = Wire<typeof agentStatusSchema>;

/** A coreio service known to the /api/io routes. */
export const ioSchema = z.strictObject({ service_id: idSchema, status: serviceStatusSchema }).meta({ id: 'Io' });
export type IoView = Wire<typeof ioSchema>;

/** A page of agents. */
export const agentPageSchema = z
  .strictObject({
    agents: z.array(agentSchema),
    next: idSchema.nullable().meta({ description: 'The `cursor` of the next page; null at the end.' }),
  })
  .meta({ id: 'AgentPage' });
