import { join } from 'node:path';
import type { ServiceId } from '../model/values/ids.ts';

/**
 * Where the output of launches is in a state directory (docs/launch-protocol.md); shared by its writers and readers.
 */
export interface LogLayout {
  readonly logs: string;
}

/** The layout of the output in a state directory. */
export function logLayoutOf(stateDir: string): LogLayout {
  return { logs: join(stateDir, 'logs') };
}

/** The folder with the output of all generations of a service. */
export function logFolder(layout: LogLayout, serviceId: ServiceId): string {
  return join(layout.logs, serviceId);
}

/** The least that a launch keeps of its output, in bytes: with less, a log would be of few segments. */
export const MIN_LAUNCH_LOG_BYTES = 512 * 1024;

/** One of the two output files of a launch that has no log of records, because its shim is not a native one. */
export function logFile(
  layout: LogLayout,
  serviceId: ServiceId,
  generation: number,
  stream: 'stdout' | 'stderr',
): string {
  return join(logFolder(layout, serviceId), `${generation}.${stream}`);
}
