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
      .summary('print what happened, and what happens')
      .description('Prints what happened, oldest first, and with --follow what happens.')
      .option('-f, --follow', 'go on with what happens, over restarts of the host, until Ctrl-C')
      .option('-n, --lines <n>', 'the last events (default: 20; with --since all)', countUpTo(1_000_000))
      .option('--since <when>', 'none before: a span such as 5m, or an instant')
      .option('--agent <agent>', 'only those of an agent')
      .option('--service <service>', 'only those of a service')
      .option('--type <type>', 'only those of a type, or of all types with a beginning: "process.*"')
      .action((options: HostOptions & EventOptions) => {
        choose(hostTask(options, env, async () => (await import('../events/events.ts')).events(options)));
      }),
};
