import { launchVariables, type LaunchOrigin } from '../../model/environment.ts';
import type { LaunchId } from '../../model/values/ids.ts';
import type { LaunchRequest } from '../../ports/process-host.ts';

/** What every launch of a host gets, for any service. */
export interface HostEnvironment {
  /** What a launch inherits from the host's own environment. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly instanceId: string;
  readonly url: string;
  readonly origin: LaunchOrigin;
}

/** The complete environment of one launch. */
export function environmentOf(
  request: LaunchRequest,
  launchId: LaunchId,
  { inherited, instanceId, url, origin }: HostEnvironment,
): Readonly<Record<string, string>> {
  const { serviceId, agentId, generation, env } = request;
  const own = launchVariables({ instanceId, serviceId, agentId, generation, launchId, hostUrl: url, origin });
  return { ...inherited, ...env, ...own };
}
