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

/** One of the two output files of a launch. */
export function logFile(
  layout: LogLayout,
  serviceId: ServiceId,
  generation: number,
  stream: 'stdout' | 'stderr',
): string {
  return join(logFolder(layout, serviceId), `${generation}.${stream}`);
}
