import type { CommandGroup } from '../command-group.ts';
import { newServeOptions } from '../serve/flags.ts';

/** Running the host. Its words are read by parseServeOptions, since `serve` itself may be left out; here it is for help and completion. */
export const serve: CommandGroup = {
  heading: 'Run a host:',
  example: 'coredinator --base-path /opt/plant',
  define: ({ newCommand }) => {
    const command = newCommand('serve')
      .usage('--base-path DIR [options]')
      .summary('run the host (serve may be left out)')
      .description('Runs the host: supervises services and answers the REST API.');
    for (const option of newServeOptions()) command.addOption(option);
    return command;
  },
};
