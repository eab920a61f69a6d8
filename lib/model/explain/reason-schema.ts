import { z } from 'zod';

import { dependencySpec } from '../spec-schema.ts';
import { REBOOTED } from '../process.ts';
import { PUBLIC_STATES } from '../states.ts';

import { serviceId } from '../values/id-schema.ts';
import type { Reason } from './reason.ts';

const text = z.string();

/** A reason as stored. */
export const reason: z.ZodType<Reason> = z.lazy(() =>
  z.discriminatedUnion('code', [
    z.strictObject({ code: z.literal('text'), text }),
    z.strictObject({ code: z.literal('orphan'), text }),
    z.strictObject({ code: z.literal('waiting'), dependencies: z.array(dependencySpec) }),
    z.strictObject({ code: z.literal('executable_missing'), text }),
    z.strictObject({ code: z.literal('launch_refused'), error: text, text }),
    z.strictObject({ code: z.literal('effect_failed'), text }),
    z
      .strictObject({
        code: z.literal('exited'),
        exitCode: z.number().nullable(),
        signal: text.nullable(),
        isKnown: z.boolean(),
        // Earlier versions knew a reboot only.
        isReboot: z.boolean().default(false),
        because: text.nullable().default(null),
        hasStarted: z.boolean(),
      })
      .transform(({ isReboot, ...exit }) => (isReboot ? { ...exit, because: REBOOTED } : exit)),
    z.strictObject({ code: z.literal('start_timeout'), limitMs: z.number(), found: text.nullable().default(null) }),
    z.strictObject({ code: z.literal('not_started'), found: text }),
    z.strictObject({ code: z.literal('probe_failed'), probe: z.enum(['startup', 'liveness']), found: text }),
    z.strictObject({ code: z.literal('not_ready'), found: text.nullable() }),
    z.strictObject({ code: z.literal('older_version'), running: text, rejected: text, because: reason }),
    z.strictObject({
      code: z.literal('group_restart'),
      failed: serviceId,
      strategy: z.enum(['one_for_one', 'one_for_all', 'rest_for_one']),
    }),
    z.strictObject({ code: z.literal('stop_failed') }),
    z.strictObject({ code: z.literal('set_aside') }),
    z.strictObject({ code: z.literal('completed'), end: reason }),
    z.strictObject({
      code: z.literal('restarts_exhausted'),
      maxRestarts: z.number(),
      periodMs: z.number(),
      end: reason,
    }),
    z.strictObject({ code: z.literal('policy_never'), end: reason }),
    z.strictObject({ code: z.literal('recovery_failed'), end: reason }),
    z.strictObject({
      code: z.literal('service'),
      serviceId,
      state: z.enum(PUBLIC_STATES),
      because: reason.nullable(),
    }),
    z.strictObject({ code: z.literal('stopped_by_hand') }),
  ]),
);
