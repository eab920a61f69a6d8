import { z } from 'zod';
import { exitField, flagField, idField, listField, noteField, pageFields } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { explainSchema } from '../schemas/explain.ts';
import { servicePageSchema, serviceSchema } from '../schemas/service.ts';
import { stateSchema } from '../schemas/state.ts';
import { versionChangeSchema, versionsSchema } from '../schemas/version.ts';
import { isVersion } from '../../model/policy/version.ts';
import { SENDABLE_SIGNALS } from '../../model/values/signals.ts';
import { startQuery, stopQuery, WAIT_PROBLEMS } from '../waits.ts';

const list = z.strictObject({
  ...pageFields,
  agent_id: idField.optional().meta({ description: 'Only services that this agent holds.' }),
  state: listField(stateSchema).optional().meta({ description: 'Only services in one of these states; a list.' }),
  ready: flagField.optional().meta({
    description: '`false`: only services that are `running` and not ready; `true`: only those that are ready.',
  }),
  flapping: flagField.optional().meta({ description: '`true`: only services that flap; `false`: only the others.' }),
  kind: z.string().min(1).max(128).optional(),
});

const signalBody = z
  .strictObject({ signal: z.enum(SENDABLE_SIGNALS, { error: `must be one of ${SENDABLE_SIGNALS.join(', ')}` }) })
  .meta({ id: 'Signal', example: { signal: 'SIGHUP' } });

const acknowledgeBody = z
  .strictObject({ note: noteField.nullish() })
  .meta({ id: 'Acknowledge', example: { note: 'the valve is being replaced' } });

const versionBody = z
  .strictObject({
    version: z
      .string()
      .refine(isVersion, { error: 'must be one version such as 1.2.3, or null' })
      .nullable()
      .meta({ description: 'Null: unpin it.' }),
    dry_run: z.boolean().optional(),
  })
  .meta({ id: 'Version', example: { version: '1.9.0', dry_run: true } });

/** The routes of single services. */
export const SERVICE_OPERATIONS = {
  listServices: {
    tag: 'Services',
    summary: 'All services, in the order of their first start; paged by limit and cursor.',
    query: list,
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
    summary: 'Why a service is in its state, what led to it and what happens next.',
    description: '`if_exit=1` or `if_exit=SIGKILL` also says what such an exit would lead to.',
    query: z.strictObject({ if_exit: exitField.optional() }),
    answers: ok(explainSchema),
    problems: ['service_not_found'],
  },
  startService: {
    tag: 'Services',
    summary: 'Start a service that was stopped or is waiting; clears its earlier failures.',
    query: startQuery,
    answers: ok(serviceSchema),
    problems: ['service_not_found', 'service_unheld', ...WAIT_PROBLEMS],
  },
  stopService: {
    tag: 'Services',
    summary: 'Stop one service until it or an agent that holds it is started; responds when its processes have ended.',
    query: stopQuery,
    answers: ok(serviceSchema),
    problems: ['service_not_found', 'actor_set_aside', ...WAIT_PROBLEMS],
  },
  restartService: {
    tag: 'Services',
    summary: 'Stop the process of a service and launch it again.',
    query: startQuery,
    answers: ok(serviceSchema),
    problems: ['service_not_found', 'service_unheld', ...WAIT_PROBLEMS],
  },
  signalService: {
    tag: 'Services',
    summary: 'Send a signal to the process group of a service.',
    description:
      'If the process ends because of it, the restart policy applies as after any other exit. SIGKILL and SIGSTOP are not allowed; ' +
      'use stop or restart to end a service.',
    body: signalBody,
    answers: ok(serviceSchema),
    problems: ['service_not_found', 'service_not_alive'],
  },
  acknowledgeService: {
    tag: 'Services',
    summary: 'Acknowledge that a service is failing: somebody has seen it.',
    description:
      'For a service in `backoff` or `failed`; it is supervised as before. The acknowledgement survives restarts of the host and ends with the next ' +
      'change of `state`; another one replaces it.',
    body: acknowledgeBody,
    answers: ok(serviceSchema),
    problems: ['service_not_found', 'service_not_failing'],
  },
  getVersions: {
    tag: 'Services',
    summary: 'The version that a service runs, the one it is pinned to, and those that there are.',
    answers: ok(versionsSchema),
    problems: ['service_not_found', 'service_unheld'],
  },
  pinVersion: {
    tag: 'Services',
    summary: 'Pin a service to a version of its executable, such as an earlier one, or unpin it.',
    description:
      'A process of another version is stopped and launched again. While a service is pinned, only that version is launched, whatever its configuration ' +
      'asks for, and it falls back to no other one. No file is changed. The pin survives restarts of the host and reloads; it ends when it is removed, or ' +
      'the service is. With `dry_run` it is only said what would change.',
    body: versionBody,
    answers: ok(versionChangeSchema),
    problems: ['service_not_found', 'service_unheld', 'version_not_found'],
  },
  deleteService: {
    tag: 'Services',
    summary: 'Remove a service that nothing references, or release a shared coreio.',
    description: 'The service of an agent is removed with the agent, a host service with its configuration.',
    answers: { 204: { what: 'Deleted.' } },
    problems: ['service_not_found', 'service_held', 'actor_set_aside'],
  },
} as const satisfies Operations;
