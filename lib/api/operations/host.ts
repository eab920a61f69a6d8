import { z } from 'zod';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { healthSchema } from '../schemas/host.ts';

const exitModeSchema = z.enum(['detach', 'drain'], { error: 'must be detach or drain' });

const plainOk = { 200: { what: 'Yes.', content: { 'text/plain': z.literal('ok') } } } as const;

/** The routes of the host itself. */
export const HOST_OPERATIONS = {
  shutdown: {
    tag: 'Host',
    summary: 'Shut the host down, as a signal would.',
    description:
      '`detach` leaves the services running for the next host, `drain` first stops them all in order. Default: the `--on-exit` option ' +
      'of the host.',
    body: z
      .strictObject({ mode: exitModeSchema.nullish() })
      .meta({ id: 'ShutdownRequest', example: { mode: 'detach' } }),
    answers: {
      202: {
        what: 'Shutting down.',
        content: { 'application/json': z.strictObject({ mode: exitModeSchema }).meta({ id: 'Shutdown' }) },
      },
    },
  },
  getHealth: {
    tag: 'Host',
    summary: 'Health of the host; degraded, with reasons, if it cannot do all of its work.',
    access: 'open',
    answers: ok(healthSchema),
  },
  acknowledgeHealth: {
    tag: 'Host',
    summary: 'Acknowledge the notices: they no longer degrade the health.',
    description:
      'Notices say what happened to the state of the host, such as a lost database. They stay, across restarts, until they are ' +
      'acknowledged. Problems that still exist keep degrading the health.',
    answers: ok(healthSchema, 'The health without them.'),
  },
  getLiveness: {
    tag: 'Host',
    summary: 'Returns ok as long as the host is alive.',
    access: 'open',
    answers: plainOk,
  },
  getReadiness: {
    tag: 'Host',
    summary: 'Returns ok if the host can execute commands.',
    answers: plainOk,
    problems: ['not_ready'],
  },
} as const satisfies Operations;

/** The routes of the documentation. */
export const DOCS_OPERATIONS = {
  getRoot: {
    tag: 'Documentation',
    summary: 'Redirects browsers (`Accept` names text/html) to the dashboard, and programs to the documentation.',
    answers: {
      302: {
        what: 'The path of the page.',
        content: { 'text/html': z.string(), 'text/plain': z.string() },
        headers: z.object({ Location: z.enum(['/ui', '/docs']) }),
      },
    },
  },
  getDocs: {
    tag: 'Documentation',
    summary: 'This documentation as a page where you can try requests.',
    answers: { 200: { what: 'The page.', content: { 'text/html': z.string() } } },
  },
  getDocsAsset: {
    tag: 'Documentation',
    summary: 'A file of the documentation page.',
    answers: {
      200: { what: 'The file.', content: { 'text/css': z.string(), 'text/javascript': z.string() } },
    },
    problems: ['route_not_found'],
  },
  getOpenApi: {
    tag: 'Documentation',
    summary: 'The OpenAPI 3.1 document of this API.',
    answers: ok(z.record(z.string(), z.unknown()), 'The document.'),
  },
} as const satisfies Operations;
