import type { Control } from '../control/control.ts';
import type { HandlersOf } from './route.ts';
import type { CONFIG_OPERATIONS } from '../api/operations/config.ts';

/** The handlers of the configuration. */
export function configHandlers(control: Control): HandlersOf<typeof CONFIG_OPERATIONS> {
  return {
    reloadConfig: ({ query: { dry_run: isDryRun }, origin }) => control.reload(isDryRun, origin),
  };
}
