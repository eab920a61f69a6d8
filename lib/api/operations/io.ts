import { z } from 'zod';
import { idField, pathField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { ioSchema, serviceStatusSchema } from '../schemas/agent.ts';
import { idSchema } from '../wire.ts';

// As with agents: unknown fields are ignored.
const startBody = z
  .object({
    config_path: pathField,
    coreio_id: idField.nullish().meta({ description: 'Default: the file name without its extension, plus `-coreio`.' }),
  })
  .meta({ id: 'IoStart', example: { config_path: '/plant/pump1.yaml', coreio_id: 'shared-io' } });

const startedSchema = z
  .strictObject({
    service_id: idSchema,
    message: z.string(),
    config_path: z.string().nullable(),
    status: serviceStatusSchema,
  })
  .meta({ id: 'IoStarted' });

/** The routes under /api/io: coreio services that agents can share. */
export const IO_OPERATIONS = {
  startIo: {
    tag: 'Shared coreio',
    summary: 'Start a coreio service that agents can share.',
    body: startBody,
    answers: ok(startedSchema),
    problems: ['config_unreadable', 'config_outside_root', 'config_invalid', 'service_conflict'],
  },
  stopIo: {
    tag: 'Shared coreio',
    summary: 'Stop and remove a shared coreio service; 409 while an agent holds it.',
    answers: ok(ioSchema),
    problems: ['service_not_found', 'service_held'],
  },
  getIoStatus: {
    tag: 'Shared coreio',
    summary: 'The state of a shared coreio service.',
    answers: ok(ioSchema),
    problems: ['service_not_found'],
  },
  listIo: {
    tag: 'Shared coreio',
    summary: 'All shared coreio services.',
    answers: ok(z.strictObject({ coreio_services: z.array(ioSchema) }).meta({ id: 'IoList' })),
  },
} as const satisfies Operations;
