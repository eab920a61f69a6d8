import type { LaunchId } from '../model/ids.ts';
import type { LaunchRequest } from '../ports/process-host.ts';

/** The variable that marks every process of a launch. */
export const LAUNCH_MARK = 'COREDINATOR_LAUNCH_ID';

/** The whole environment of one launch (contract 3.1). */
export function environmentOf(
  request: LaunchRequest,
  launchId: LaunchId,
  host: { readonly inherited: Readonly<Record<string, string>>; readonly instanceId: string; readonly url: string },
): Readonly<Record<string, string>> {
  return {
    ...host.inherited,
    ...request.env,
    COREDINATOR_INSTANCE: host.instanceId,
    COREDINATOR_SERVICE_ID: request.serviceId,
    ...(request.agentId === null ? {} : { COREDINATOR_AGENT_ID: request.agentId }),
    COREDINATOR_GENERATION: String(request.generation),
    [LAUNCH_MARK]: launchId,
    COREDINATOR_URL: host.url,
  };
}
