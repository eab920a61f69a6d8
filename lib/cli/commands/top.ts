import { Option } from 'commander';
import { parseDuration } from '../../model/values/duration.ts';
import type { Millis } from '../../model/values/time.ts';
import type { CommandGroup } from '../command-group.ts';
import { withHost, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { OptionError } from '../serve/option-values.ts';
import { SORTS } from '../top/choice.ts';
import type { TopOptions } from '../top/top.ts';
import { CLIENT_COMMANDS } from './headings.ts';

const HELP = `
The letter of an order turns it round when it is pressed again; arrows, j, k, Page Up and Page Down move; q ends it. Where the output
is no terminal, one table is printed.`;

/** A live table of services. */
export const top: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator top --sort memory',
  define: ({ newCommand, choose, env }) =>
    withHost(newCommand('top'))
      .summary('show all services and what they use, live')
      .description('Shows all services and what their processes use, live.')
      .addOption(new Option('--sort <order>', 'what comes first').choices(Object.keys(SORTS)).default('cpu'))
      .addOption(new Option('--interval <duration>', 'between two looks').default(1_000, '1s').argParser(intervalOf))
      .option('--agent <agent>', 'only the services of an agent')
      .addHelpText('after', HELP)
      .action((options: HostOptions & TopOptions) => {
        choose(hostTask(options, env, async () => (await import('../top/top.ts')).top(options)));
      }),
};

const SHORTEST: Millis = 100;

function intervalOf(text: string): Millis {
  const parsed = parseDuration(text);
  if (parsed.type === 'invalid') throw new OptionError(`--interval: ${parsed.message}.`);
  if (parsed.ms < SHORTEST) throw new OptionError(`--interval: "${text}" is too short; give at least ${SHORTEST}ms.`);
  return parsed.ms;
}
