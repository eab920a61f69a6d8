import { logFile, logFolder, MIN_LAUNCH_LOG_BYTES } from '../../launching/log-layout.ts';
import type { LaunchFailure, LocalShimKind } from '../../model/process.ts';
import type { LaunchId } from '../../model/values/ids.ts';
import { LIMIT_NAMES } from '../../model/values/limits.ts';
import { isAsHost, runAsLabel, type Account } from '../../model/values/run-as.ts';
import type { LaunchRequest } from '../../ports/process-host.ts';
import { lockFile, runFolder, type Layout } from '../files/layout.ts';
import { LIMITS } from '../../launching/shim-arguments.ts';
import { signalNumber } from '../../launching/signal-names.ts';
import type { Refusal } from '../../launching/launch-failure.ts';
import type { ShimRequest } from './shims.ts';

/** Why a shim of this kind cannot run the request; null if it can. */
export function unusableOf(request: LaunchRequest, kind: LocalShimKind): LaunchFailure | null {
  const { args, env, stop, serviceId } = request;
  const message = (what: string): string => `Service "${serviceId}" cannot be launched: ${what}.`;
  if ([...args, ...Object.entries(env).flat()].some((text) => text.includes('\0'))) {
    return {
      code: 'EINVAL',
      isPermanent: true,
      message: message('an argument or a variable contains a NUL character'),
    };
  }
  if (signalNumber(stop.signal) === null) {
    return { code: 'EINVAL', isPermanent: true, message: message(`this system has no signal "${stop.signal}"`) };
  }
  if (kind !== 'native' && !isAsHost(request)) {
    const sentence = message(
      `only the native shim, which this machine does not have, can run it as ${runAsLabel(request)}`,
    );
    return { code: 'ENOTSUP', isPermanent: true, message: sentence };
  }
  const asked = LIMITS.filter((name) => request.limits[LIMIT_NAMES[name]] !== null);
  if (kind !== 'node' || asked.length === 0) return null;
  const sentence = message(`it has limits (${asked.join(', ')}), which the host cannot set on this machine`);
  return { code: 'ENOTSUP', isPermanent: true, message: sentence };
}

/** An account for a native shim: `UID:GID:GROUP,GROUP…`, or empty to change nothing. */
export function accountArgument(account: Account | null): string {
  return account === null || account.isOwn ? '' : `${account.uid}:${account.gid}:${account.groups.join(',')}`;
}

/** The bound of the log of a launch; smaller ones are raised. */
export function logBytesOf({ maxLogBytes }: Pick<LaunchRequest, 'maxLogBytes'>): number {
  return Math.max(MIN_LAUNCH_LOG_BYTES, maxLogBytes);
}

/** The request for a shim. */
export function shimRequestOf(
  request: LaunchRequest,
  launchId: LaunchId,
  host: {
    readonly layout: Layout;
    readonly basePath: string;
    readonly env: Readonly<Record<string, string>>;
    /** Null: the account of the host. */
    readonly account: Account | null;
  },
): ShimRequest {
  const { layout, basePath, env, account } = host;
  const { serviceId, generation, executablePath, args, stop, limits, output } = request;
  return {
    launchId,
    runFolder: runFolder(layout, launchId),
    exitsFolder: layout.exits,
    lockFile: lockFile(layout, serviceId),
    logFolder: logFolder(layout, serviceId),
    generation,
    maxLogBytes: logBytesOf(request),
    output,
    stdoutFile: logFile(layout, serviceId, generation, 'stdout'),
    stderrFile: logFile(layout, serviceId, generation, 'stderr'),
    cwd: request.cwd ?? basePath,
    stopSignal: signalNumber(stop.signal) ?? 15,
    graceMs: Math.round(stop.graceMs),
    limits,
    account: accountArgument(account),
    command: [executablePath, ...args],
    env,
  };
}

/** The file or setting that caused a refusal. */
export function subjectOf({ step, limit }: Refusal, shimRequest: ShimRequest): string {
  switch (step) {
    case 'limits':
      return limit === undefined ? '' : `${limit}: ${shimRequest.limits[LIMIT_NAMES[limit]] ?? ''}`;
    case 'user':
      return shimRequest.account;
    case 'exec':
    case 'fork':
    case 'frame':
      return shimRequest.command[0] ?? '';
    case 'log':
      return shimRequest.logFolder;
    case 'cwd':
      return shimRequest.cwd;
    case 'lock':
      return shimRequest.lockFile;
    case 'claim':
    case 'dir':
    case 'permit': // only in a container
      return shimRequest.runFolder;
  }
}
