import type { CONFIG_OPERATIONS } from '../../api/operations/config.ts';
import type { Control } from '../../control/control.ts';
import { preconditionOf, sendRevision } from '../preconditions.ts';
import type { HandlersOf } from '../route.ts';

/** The handlers of the configuration. */
export function configHandlers(control: Control): HandlersOf<typeof CONFIG_OPERATIONS> {
  return {
    reloadConfig: async ({ query: { dry_run: isDryRun }, origin, ctx }) => {
      const reload = await control.reload(isDryRun, origin, preconditionOf(ctx));
      sendRevision(ctx, reload.revision);
      return reload;
    },
  };
}
