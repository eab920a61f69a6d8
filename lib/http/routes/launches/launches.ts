import type { LAUNCH_OPERATIONS } from '../../../api/operations/launches.ts';
import type { Control } from '../../../control/control.ts';
import { parseServiceId } from '../../../model/values/ids.ts';
import type { HandlersOf } from '../../route.ts';

/** The handlers of launches. */
export function launchHandlers(control: Control): HandlersOf<typeof LAUNCH_OPERATIONS> {
  return {
    listLaunches: ({ id, query: { before = Infinity, limit, compare = null } }) =>
      control.queries.launches(parseServiceId(id), { before, limit, compare }),
  };
}
