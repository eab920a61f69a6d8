import type { CommandGroup } from '../command-group.ts';
import { withHost, type HostWords } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { TALK } from './headings.ts';

/** How a host is; a degraded one is a failure. */
export const health: CommandGroup = {
  heading: TALK,
  example: 'coredinator health',
  define: ({ newCommand, choose, env }) =>
    withHost(newCommand('health'))
      .summary('say how the host is')
      .description('Says how the host is. Ends with code 1 when it is degraded.')
      .action((words: HostWords) => {
        choose(hostTask(words, env, async () => (await import('../host/health.ts')).showHealth));
      }),
};
