import { logFile } from '../../launching/log-layout.ts';
import type { LaunchFailure, ShimKind } from '../../model/process.ts';
import type { LaunchId } from '../../model/values/ids.ts';
import { LIMIT_NAMES, type LimitName } from '../../model/values/limits.ts';
import type { LaunchRequest } from '../../ports/process-host.ts';
import { lockFile, runFolder, type Layout } from '../files/layout.ts';
import { signalNumber } from '../os/signals.ts';
import type { Refusal } from './failure.ts';
import type { ShimRequest } from './shims.ts';

const LIMITS = Object.keys(LIMIT_NAMES) as LimitName[]; // its keys, by its type

/** Why no shim of a kind could be told to run this; null when it could. */
export function unusableOf(request: LaunchRequest, kind: ShimKind): LaunchFailure | null {
  const { args, env, stop, serviceId } = request;
  const message = (what: string): string => `Service "${serviceId}" cannot be launched: ${what}.`;
  if ([...args, ...Object.entries(env).flat()].some((text) => text.includes('\0'))) {
    return { code: 'EINVAL', isPermanent: true, message: message('an argument or a variable holds a NUL') };
  }
  if (signalNumber(stop.signal) === null) {
    return { code: 'EINVAL', isPermanent: true, message: message(`this system has no signal "${stop.signal}"`) };
  }
  const asked = LIMITS.filter((name) => request.limits[LIMIT_NAMES[name]] !== null);
  if (kind !== 'node' || asked.length === 0) return null;
  const sentence = message(`on this machine the host cannot set limits, and it has some (${asked.join(', ')})`);
  return { code: 'ENOTSUP', isPermanent: true, message: sentence };
}

/** The limits as shims get them, in their order: a decimal number, `unlimited`, or nothing for what is left alone. */
export function limitWords({ limits }: Pick<ShimRequest, 'limits'>): readonly string[] {
  return LIMITS.map((name) => String(limits[LIMIT_NAMES[name]] ?? ''));
}

/** The request as a shim gets it. */
export function shimRequestOf(
  request: LaunchRequest,
  launchId: LaunchId,
  host: { readonly layout: Layout; readonly basePath: string; readonly env: Readonly<Record<string, string>> },
): ShimRequest {
  const { layout, basePath, env } = host;
  const { serviceId, generation, executablePath, args, stop, limits } = request;
  return {
    launchId,
    runFolder: runFolder(layout, launchId),
    exitsFolder: layout.exits,
    lockFile: lockFile(layout, serviceId),
    stdoutFile: logFile(layout, serviceId, generation, 'stdout'),
    stderrFile: logFile(layout, serviceId, generation, 'stderr'),
    cwd: request.cwd ?? basePath,
    stopSignal: signalNumber(stop.signal) ?? 15,
    graceMs: Math.round(stop.graceMs),
    limits,
    command: [executablePath, ...args],
    env,
  };
}

/** The file or the setting that a refusal was about. */
export function subjectOf({ step, limit }: Refusal, shimRequest: ShimRequest): string {
  switch (step) {
    case 'limits':
      return limit === undefined ? '' : `${limit}: ${shimRequest.limits[LIMIT_NAMES[limit]] ?? ''}`;
    case 'exec':
    case 'fork':
    case 'frame':
      return shimRequest.command[0] ?? '';
    case 'log':
      return shimRequest.stdoutFile;
    case 'cwd':
      return shimRequest.cwd;
    case 'lock':
      return shimRequest.lockFile;
    case 'claim':
    case 'dir':
      return shimRequest.runFolder;
  }
}
