import { join } from 'node:path';
import type { LaunchId, ServiceId } from '../model/ids.ts';

/** Where things are below a state directory (docs/launch-protocol.md). */
export interface Layout {
  readonly run: string;
  readonly exits: string;
  readonly locks: string;
  readonly logs: string;
}

/** The folders of a state directory. */
export function layoutOf(stateDir: string): Layout {
  return {
    run: join(stateDir, 'run'),
    exits: join(stateDir, 'exits'),
    locks: join(stateDir, 'locks'),
    logs: join(stateDir, 'logs'),
  };
}

/** The folder of one launch. */
export function runFolder(layout: Layout, launchId: LaunchId): string {
  return join(layout.run, launchId);
}

/** The exit record of one launch. */
export function exitFile(layout: Layout, launchId: LaunchId): string {
  return join(layout.exits, launchId);
}

/** The file whose lock says that a tree of the service lives. */
export function lockFile(layout: Layout, serviceId: ServiceId): string {
  return join(layout.locks, serviceId);
}

/** The folder with the output of all generations of a service. */
export function logFolder(layout: Layout, serviceId: ServiceId): string {
  return join(layout.logs, serviceId);
}

/** One of the two output files of a launch. */
export function logFile(layout: Layout, serviceId: ServiceId, generation: number, stream: 'stdout' | 'stderr'): string {
  return join(logFolder(layout, serviceId), `${generation}.${stream}`);
}
