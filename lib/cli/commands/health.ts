import type { CommandGroup } from '../command-group.ts';
import { printResult, type HostRun } from '../host/context.ts';
import { withHost, type HostWords } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { EXIT } from '../output/exit-codes.ts';
import { TALK } from './talk.ts';

/** How a host is; a degraded one is a failure. */
export const health: CommandGroup = {
  heading: TALK,
  example: 'coredinator health',
  define: ({ newCommand, choose, env }) =>
    withHost(newCommand('health'))
      .summary('say how the host is')
      .description('Says how the host is. Ends with code 1 when it is degraded.')
      .action((words: HostWords) => {
        choose(hostTask(words, env, showHealth));
      }),
};

const showHealth: HostRun = async (context) => {
  const told = await context.client.getHealth();
  printResult(context, told, () => {
    const { status, version, process_id: pid, reasons = [] } = told;
    const word = status === 'healthy' ? context.colors.green(status) : context.colors.red(status);
    return [`${word}, pid ${pid}, version ${version}, ${context.url}`, ...reasons.map((one) => `  ${one}`), ''].join(
      '\n',
    );
  });
  return told.status === 'healthy' ? EXIT.ok : EXIT.failed;
};
