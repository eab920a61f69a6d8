import { inheritedAs, launchVariables, type LaunchOrigin } from '../../model/environment.ts';
import type { LaunchId } from '../../model/values/ids.ts';
import type { Account } from '../../model/values/run-as.ts';
import type { LaunchRequest } from '../../ports/process-host.ts';

/** What every launch of a host gets, for any service. */
export interface HostEnvironment {
  /** What a launch inherits from the host's own environment. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly instanceId: string;
  readonly url: string;
  readonly origin: LaunchOrigin;
}

/** The complete environment of one launch; account null: that of the host. */
export function environmentOf(
  request: LaunchRequest,
  launchId: LaunchId,
  account: Account | null,
  { inherited, instanceId, url, origin }: HostEnvironment,
): Readonly<Record<string, string>> {
  const { serviceId, agentId, generation, env } = request;
  const own = launchVariables({ instanceId, serviceId, agentId, generation, launchId, hostUrl: url, origin });
  return { ...(account === null ? inherited : inheritedAs(account.login, inherited)), ...env, ...own };
}
