import type { Task } from '../command-group.ts';
import type { HostRun } from './context.ts';
import type { HostOptions } from './host-options.ts';

/**
 * A command to a host as a task. The client and the result of `load` are loaded only when it runs: help and completion
 * need neither.
 */
export function hostTask(options: HostOptions, env: NodeJS.ProcessEnv, load: () => Promise<HostRun>): Task {
  return async (io) => {
    const { runOnHost } = await import('./run-on-host.ts');
    return runOnHost(options, env, await load(), io);
  };
}
