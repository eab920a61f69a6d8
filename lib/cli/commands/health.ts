import type { CommandGroup } from '../command-group.ts';
import { withHost, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { CLIENT_COMMANDS } from './headings.ts';

/** The health of a host; degraded counts as a failure. */
export const health: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator health',
  define: ({ newCommand, choose, env }) =>
    withHost(newCommand('health'))
      .enablePositionalOptions() // `health acknowledge --url …`: the options are those of the subcommand
      .summary('show the health of the host')
      .description('Shows the health of the host. Exits with code 1 if it is degraded.')
      .action((options: HostOptions) => {
        choose(hostTask(options, env, async () => (await import('../host/health.ts')).showHealth));
      })
      .addCommand(
        withHost(newCommand('acknowledge'))
          .description('Removes the notices from the health, such as that of a lost database, and shows it.')
          .action((options: HostOptions) => {
            choose(hostTask(options, env, async () => (await import('../host/health.ts')).acknowledgeHealth));
          }),
      ),
};
