import { z } from 'zod';
import { countField, exitField, idField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { explainSchema } from '../schemas/explain.ts';
import { servicePageSchema, serviceSchema } from '../schemas/service.ts';

const PAGE_LIMIT = 1000;

const page = z.strictObject({
  limit: countField(1, PAGE_LIMIT).default(PAGE_LIMIT),
  cursor: idField.optional().meta({ description: 'The `next` of the page before.' }),
});

/** The routes of single services. */
export const SERVICE_OPERATIONS = {
  listServices: {
    tag: 'Services',
    summary: 'All services, in the order of first start; paged by limit and cursor.',
    query: page,
    answers: ok(servicePageSchema),
  },
  getService: {
    tag: 'Services',
    summary: 'One service.',
    answers: ok(serviceSchema),
    problems: ['service_not_found'],
  },
  explainService: {
    tag: 'Services',
    summary: 'Why a service is as it is, what led to it and what happens next.',
    description: '`if_exit=1` or `if_exit=SIGKILL` adds what such an exit would lead to.',
    query: z.strictObject({ if_exit: exitField.optional() }),
    answers: ok(explainSchema),
    problems: ['service_not_found'],
  },
  startService: {
    tag: 'Services',
    summary: 'Let a service run that was stopped or waits; clears what its earlier failures left behind.',
    answers: ok(serviceSchema),
    problems: ['service_not_found', 'service_unheld'],
  },
  stopService: {
    tag: 'Services',
    summary: 'Stop one service until it or an agent that holds it is started; answers when its processes are gone.',
    answers: ok(serviceSchema),
    problems: ['service_not_found'],
  },
  restartService: {
    tag: 'Services',
    summary: 'End the process of a service and launch it anew.',
    answers: ok(serviceSchema),
    problems: ['service_not_found', 'service_unheld'],
  },
} as const satisfies Operations;
