import { Option } from 'commander';
import { parseDuration } from '../../model/values/duration.ts';
import type { Millis } from '../../model/values/time.ts';
import type { CommandGroup } from '../command-group.ts';
import { withHost, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { OptionError } from '../serve/option-values.ts';
import { SORTS } from '../top/sorts.ts';
import type { TopOptions } from '../top/options.ts';
import { CLIENT_COMMANDS } from './headings.ts';

const HELP = `
Enter explains the chosen service, l shows its output, / filters, R restarts it after a confirmation; ? shows all keys and q quits. If the
output is not a terminal, a single table is printed.`;

/** A live table of services. */
export const top: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator top --sort memory',
  define: ({ newCommand, choose, env }) =>
    withHost(newCommand('top'))
      .summary('watch services live, explain, search their output, and restart them')
      .description(
        'Shows all services and the resource usage of their processes, live: what needs attention first, with explanations, output and commands.',
      )
      .addOption(new Option('--sort <order>', 'sort order').choices(Object.keys(SORTS)).default('attention'))
      .addOption(
        new Option('--interval <duration>', 'time between two updates').default(1_000, '1s').argParser(intervalOf),
      )
      .option('--agent <agent>', 'only services of this agent')
      .addHelpText('after', HELP)
      .action((options: HostOptions & TopOptions) => {
        choose(hostTask(options, env, async () => (await import('../top/top.ts')).top(options)));
      }),
};

const MIN_INTERVAL_MS: Millis = 100;

function intervalOf(text: string): Millis {
  const parsed = parseDuration(text);
  if (parsed.type === 'invalid') throw new OptionError(`--interval: ${parsed.message}.`);
  if (parsed.ms < MIN_INTERVAL_MS)
    throw new OptionError(`--interval: "${text}" is too short; use at least ${MIN_INTERVAL_MS}ms.`);
  return parsed.ms;
}
