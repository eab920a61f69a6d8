import type { CommandGroup } from '../command-group.ts';
import type { AuditOptions } from '../events/audit.ts';
import { withHost, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { countUpTo } from './count.ts';
import { CLIENT_COMMANDS } from './headings.ts';

/** Who gave which command. */
export const audit: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator audit --since 8h',
  define: ({ newCommand, choose, env }) =>
    withHost(newCommand('audit'))
      .summary('print accepted commands and who gave them')
      .description('Prints the commands that the host accepted, oldest first: who gave them, from where and with what.')
      .option('-n, --lines <n>', 'how many commands (default: 20, or all with --since)', countUpTo(1_000_000))
      .option('--since <when>', 'only commands since then: a duration such as 8h, or an instant')
      .option('--until <when>', 'only commands up to then: a duration such as 1h, or an instant')
      .option('--actor <name>', 'only commands of this token name or user')
      .option('--tool <name>', 'only commands given with this program: cli, page, client, curl, ...')
      .option('--address <ip>', 'only commands from this IP address')
      .option('--agent <agent>', 'only commands about this agent')
      .option('--service <service>', 'only commands about this service')
      .option('--utc', 'print times in UTC instead of the time zone of this machine')
      .action((options: HostOptions & AuditOptions) => {
        choose(hostTask(options, env, async () => (await import('../events/audit.ts')).audit(options)));
      }),
};
