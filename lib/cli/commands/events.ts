import type { CommandGroup } from '../command-group.ts';
import type { EventOptions } from '../events/events.ts';
import { withHost, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { countUpTo } from './count.ts';
import { CLIENT_COMMANDS } from './headings.ts';

/** Past and new events. */
export const events: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator events --follow --agent pump1',
  define: ({ newCommand, choose, env }) =>
    withHost(newCommand('events'))
      .summary('print past events and follow new ones')
      .description('Prints past events, oldest first, and with --follow also new ones.')
      .option('-f, --follow', 'follow new events, across host restarts, until Ctrl-C')
      .option('-n, --lines <n>', 'how many past events (default: 20, or all with --since)', countUpTo(1_000_000))
      .option('--since <when>', 'only events since then: a duration such as 5m, or an instant')
      .option('--agent <agent>', 'only events of this agent')
      .option('--service <service>', 'only events of this service')
      .option('--type <type>', 'only events of this type, or with this prefix: "process.*"')
      .option('--utc', 'print times in UTC instead of the time zone of this machine')
      .action((options: HostOptions & EventOptions) => {
        choose(hostTask(options, env, async () => (await import('../events/events.ts')).events(options)));
      }),
};
