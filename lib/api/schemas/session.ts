import { z } from 'zod';
import type { Wire } from '../wire.ts';

/** How the client has authenticated, and what it may do. */
export const sessionSchema = z
  .strictObject({
    signed_in_by: z.enum(['token', 'cookie']).nullable().meta({ description: 'Null: this host requires no token.' }),
    scope: z.enum(['full', 'read']).meta({ description: '`read`: every GET, but no commands.' }),
  })
  .meta({ id: 'Session' });
export type SessionView = Wire<typeof sessionSchema>;
