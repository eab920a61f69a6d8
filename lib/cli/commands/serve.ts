import type { CommandGroup } from '../command-group.ts';
import { newServeOptions } from '../serve/flags.ts';

/**
 * Running the host. parseServeOptions parses its options, because the word `serve` is optional; this definition is for
 * help and completion.
 */
export const serve: CommandGroup = {
  heading: 'Run a host:',
  example: 'coredinator --base-path /opt/plant',
  define: ({ newCommand }) => {
    const command = newCommand('serve')
      .usage('--base-path DIR [options]')
      .summary('run the host (the word serve is optional)')
      .description('Runs the host: supervises services and serves the REST API.');
    for (const option of newServeOptions()) command.addOption(option);
    return command;
  },
};
