import type { CommandGroup } from '../command-group.ts';
import type { EventOptions } from '../events/events.ts';
import { withHost, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { countUpTo } from './count.ts';
import { CLIENT_COMMANDS } from './headings.ts';

/** What happened and happens. */
export const events: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator events --follow --agent pump1',
  define: ({ newCommand, choose, env }) =>
    withHost(newCommand('events'))
      .summary('print past events, and follow new ones')
      .description('Prints past events, oldest first; with --follow also new ones.')
      .option('-f, --follow', 'follow new events, across host restarts, until Ctrl-C')
      .option('-n, --lines <n>', 'the last events (default: 20; with --since all)', countUpTo(1_000_000))
      .option('--since <when>', 'none before: a span such as 5m, or an instant')
      .option('--agent <agent>', 'only those of an agent')
      .option('--service <service>', 'only those of a service')
      .option('--type <type>', 'only those of a type, or of all types with a beginning: "process.*"')
      .action((options: HostOptions & EventOptions) => {
        choose(hostTask(options, env, async () => (await import('../events/events.ts')).events(options)));
      }),
};
