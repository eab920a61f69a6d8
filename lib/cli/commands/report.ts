import type { CommandGroup } from '../command-group.ts';
import { withHost, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import type { ReportOptions } from '../report/report.ts';
import { CLIENT_COMMANDS } from './headings.ts';

/** What happened, as one file. */
export const report: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator report --since 8h --output handover.html',
  define: ({ newCommand, choose, env }) =>
    withHost(newCommand('report'))
      .summary('write what happened to one HTML file')
      .description(
        'Writes one HTML file, which needs nothing else to be read or printed: what needs attention, a timeline, each crash with its explanation ' +
          'and output, commands, configurations, versions, processor and memory. --since 8h makes the handover of a shift.',
      )
      .requiredOption('-o, --output <file>', 'the file to write, or replace; "-" is the standard output')
      .option('--agent <agent>', 'only about this agent and its services')
      .option('--service <service>', 'only about this service')
      .option('--since <when>', 'the beginning: a duration such as 8h, or an instant (default: a day before the end)')
      .option('--until <when>', 'the end: a duration such as 1h, or an instant (default: now)')
      .action((options: HostOptions & ReportOptions) => {
        choose(hostTask(options, env, async () => (await import('../report/report.ts')).report(options)));
      }),
};
