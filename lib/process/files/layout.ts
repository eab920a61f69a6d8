import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { logFolder, logLayoutOf, type LogLayout } from '../../launching/log-layout.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';

/** The folders of a state directory for launches (docs/launch-protocol.md). */
export interface Layout extends LogLayout {
  readonly run: string;
  readonly exits: string;
  readonly locks: string;
}

/** The layout of a state directory. */
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

/**
 * Creates the folders that are missing. Every host watches that they stay where they are, whichever engine writes into
 * them.
 */
export function makeFolders(layout: Layout): void {
  for (const folder of Object.values(layout) as string[]) mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** The exit record of one launch. */
export function exitFile(layout: Layout, launchId: LaunchId): string {
  return join(layout.exits, launchId);
}

/** The file that is locked while a process tree of the service is alive. */
export function lockFile(layout: Layout, serviceId: ServiceId): string {
  return join(layout.locks, serviceId);
}

/**
 * The highest generation of a service with log files; 0: none; null: the folder of all log files is missing, so nobody
 * knows. Log files survive the loss of the ledger. What is no file was not written by a launch.
 */
export function newestLogged(layout: LogLayout, serviceId: ServiceId): number | null {
  const folder = logFolder(layout, serviceId);
  if (!existsSync(folder)) return existsSync(layout.logs) ? 0 : null; // 0 as before the first launch
  const entries = readdirSync(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /^\d+\./.test(entry.name));
  return Math.max(0, ...files.map(({ name }) => Number.parseInt(name, 10)));
}
