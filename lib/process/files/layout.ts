import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { logFolder, logLayoutOf, type LogLayout } from '../../launching/log-layout.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import { codeOf } from '../os/error-code.ts';

/** Where things are below a state directory (docs/launch-protocol.md). */
export interface Layout extends LogLayout {
  readonly run: string;
  readonly exits: string;
  readonly locks: string;
}

/** The folders of a state directory. */
export function layoutOf(stateDir: string): Layout {
  return {
    ...logLayoutOf(stateDir),
    run: join(stateDir, 'run'),
    exits: join(stateDir, 'exits'),
    locks: join(stateDir, 'locks'),
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

/** The highest generation of a service that has left output behind; 0: none. Log files outlive a lost ledger. */
export function newestLogged(layout: LogLayout, serviceId: ServiceId): number {
  try {
    const names = readdirSync(logFolder(layout, serviceId));
    return Math.max(0, ...names.flatMap((name) => (/^\d+\./.test(name) ? Number.parseInt(name, 10) : [])));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
