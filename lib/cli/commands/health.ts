import type { CommandGroup } from '../command-group.ts';
import { withHost, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { CLIENT_COMMANDS } from './headings.ts';

/** How a host is; a degraded one is a failure. */
export const health: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator health',
  define: ({ newCommand, choose, env }) =>
    withHost(newCommand('health'))
      .summary('say how the host is')
      .description('Shows the health of the host. Exits with code 1 when it is degraded.')
      .action((options: HostOptions) => {
        choose(hostTask(options, env, async () => (await import('../host/health.ts')).showHealth));
      }),
};
