import type { LaunchId } from '../model/ids.ts';
import type { LaunchFailure } from '../model/process.ts';
import type { LaunchRequest } from '../ports/process-host.ts';
import type { RefusedStep } from './failure.ts';
import { lockFile, logFile, runFolder, type Layout } from './layout.ts';
import type { ShimOrder } from './shims.ts';
import { signalNumber } from './signals.ts';

/** Why no shim could be told to run this; null when it could. */
export function unusableOf({ args, env, stop, serviceId }: LaunchRequest): LaunchFailure | null {
  const message = (what: string): string => `The service "${serviceId}" cannot be launched: ${what}.`;
  if ([...args, ...Object.entries(env).flat()].some((text) => text.includes('\0'))) {
    return { code: 'EINVAL', isPermanent: true, message: message('an argument or a variable holds a NUL') };
  }
  if (signalNumber(stop.signal) !== null) return null;
  return { code: 'EINVAL', isPermanent: true, message: message(`this system has no signal "${stop.signal}"`) };
}

/** The request as a shim gets it. */
export function orderOf(
  request: LaunchRequest,
  launchId: LaunchId,
  host: { readonly layout: Layout; readonly basePath: string; readonly env: Readonly<Record<string, string>> },
): ShimOrder {
  const { layout, basePath, env } = host;
  const { serviceId, generation, executablePath, args, stop } = request;
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
    command: [executablePath, ...args],
    env,
  };
}

/** The file that a refused step was about. */
export function fileOf(step: RefusedStep, order: ShimOrder): string {
  switch (step) {
    case 'exec':
    case 'fork':
    case 'frame':
      return order.command[0] ?? '';
    case 'log':
      return order.stdoutFile;
    case 'cwd':
      return order.cwd;
    case 'lock':
      return order.lockFile;
    case 'claim':
    case 'dir':
      return order.runFolder;
  }
}
