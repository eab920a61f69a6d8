import { Option } from 'commander';
import type { CommandGroup } from '../command-group.ts';
import { withHost, withWait, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import type { ShutdownOptions } from '../host/shutdown.ts';
import { CLIENT_COMMANDS } from './headings.ts';

/** The end of a host. */
export const shutdown: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator shutdown --drain',
  define: ({ newCommand, choose, env }) =>
    withWait(withHost(newCommand('shutdown')), 'the host is gone')
      .summary('ask the host to leave')
      .description('Shuts the host down, by default as --on-exit said when it was started.')
      .addOption(new Option('--drain', 'stop all services in order first').conflicts('detach'))
      .option('--detach', 'leave the services running for the next host')
      .action((options: HostOptions & ShutdownOptions) => {
        choose(hostTask(options, env, async () => (await import('../host/shutdown.ts')).shutdown(options)));
      }),
};
