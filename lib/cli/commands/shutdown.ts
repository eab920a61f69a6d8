import { Option } from 'commander';
import type { CommandGroup } from '../command-group.ts';
import { withHost, withWait, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import type { ShutdownOptions } from '../host/shutdown.ts';
import { CLIENT_COMMANDS } from './headings.ts';

/** The shutdown of a host. */
export const shutdown: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator shutdown --drain',
  define: ({ newCommand, choose, env }) =>
    withWait(withHost(newCommand('shutdown')), 'the host has stopped')
      .summary('shut the host down')
      .description('Shuts the host down, by default as specified with --on-exit at its start.')
      .addOption(new Option('--drain', 'stop all services in order first').conflicts('detach'))
      .option('--detach', 'leave the services running for the next host')
      .action((options: HostOptions & ShutdownOptions) => {
        choose(hostTask(options, env, async () => (await import('../host/shutdown.ts')).shutdown(options)));
      }),
};
