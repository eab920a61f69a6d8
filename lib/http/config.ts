import { z } from 'zod';
import type { Control } from '../control/control.ts';
import { flagField } from './fields.ts';
import { jsonRoute } from './route.ts';
import type { Route } from './route.ts';

const RELOAD = z.strictObject({ dry_run: flagField.default(false) });

/** The routes under /api/config. */
export function configRoutes(control: Control): readonly Route[] {
  return [
    jsonRoute({
      method: 'POST',
      path: '/api/config/reload',
      summary:
        'Read every configuration file anew and change what differs; with dry_run=true only say what that would be.',
      query: RELOAD,
      answer: ({ query: { dry_run: isDryRun }, origin }) => control.reload(isDryRun, origin),
    }),
  ];
}
