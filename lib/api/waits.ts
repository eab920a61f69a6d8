import { z } from 'zod';
import { durationField } from './fields.ts';

/** Ten minutes: a connection is no place to wait for longer. */
const LONGEST_WAIT_MS = 600_000;

function waitFields<const States extends readonly [string, ...string[]]>(states: States) {
  return {
    wait: z
      .enum(states, { error: `must be ${states.join(' or ')}` })
      .optional()
      .meta({ description: 'Answer only when this state is reached.' }),
    timeout: durationField(LONGEST_WAIT_MS)
      .optional()
      .meta({ description: 'The longest time to wait for it, up to `10m`; default `30s`.', example: '10s' }),
  };
}

function isTimeoutOfWait({ wait, timeout }: { wait?: unknown; timeout?: unknown }): boolean {
  return wait !== undefined || timeout === undefined;
}

const NEEDS_WAIT = { path: ['timeout'], error: 'needs wait beside it' };
const START = waitFields(['running', 'ready']);
const STOP = waitFields(['stopped']);

/** The query of what starts something. */
export const startQuery = z.strictObject(START).refine(isTimeoutOfWait, NEEDS_WAIT);

/** The query of what stops something. */
export const stopQuery = z.strictObject(STOP).refine(isTimeoutOfWait, NEEDS_WAIT);

/** The same for routes of the original API, which never looked at their query: other fields are left unread. */
export const looseStartQuery = z.object(START).refine(isTimeoutOfWait, NEEDS_WAIT);
export const looseStopQuery = z.object(STOP).refine(isTimeoutOfWait, NEEDS_WAIT);

/** What a wait can end with besides. */
export const WAIT_PROBLEMS = ['wait_timeout', 'wait_failed'] as const;
