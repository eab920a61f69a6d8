import { z } from 'zod';
import { durationField } from './fields.ts';

/** Ten minutes: longer waits should not occupy a connection. */
const MAX_WAIT_MS = 600_000;

function waitFields<const States extends readonly [string, ...string[]]>(states: States) {
  return {
    wait: z
      .enum(states, { error: `must be ${states.join(' or ')}` })
      .optional()
      .meta({ description: 'Respond only when this state is reached.' }),
    timeout: durationField(MAX_WAIT_MS)
      .optional()
      .meta({ description: 'The maximum wait, up to `10m`; default `30s`.', example: '10s' }),
  };
}

function isTimeoutOfWait({ wait, timeout }: { wait?: unknown; timeout?: unknown }): boolean {
  return wait !== undefined || timeout === undefined;
}

const REQUIRES_WAIT = { path: ['timeout'], error: 'requires wait' };
const START = waitFields(['running', 'ready']);
const STOP = waitFields(['stopped']);

/** The query of a command that starts something. */
export const startQuery = z.strictObject(START).refine(isTimeoutOfWait, REQUIRES_WAIT);

/** The query of a command that stops something. */
export const stopQuery = z.strictObject(STOP).refine(isTimeoutOfWait, REQUIRES_WAIT);

/** The same for routes of the original API, which ignored their query: unknown fields are still ignored. */
export const looseStartQuery = z.object(START).refine(isTimeoutOfWait, REQUIRES_WAIT);
export const looseStopQuery = z.object(STOP).refine(isTimeoutOfWait, REQUIRES_WAIT);

/** Problems that a wait can add. */
export const WAIT_PROBLEMS = ['wait_timeout', 'wait_failed'] as const;
