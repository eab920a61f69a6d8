import type { Command } from 'commander';
import type { CommandGroup } from '../command-group.ts';
import { withHost, withWait, type HostOptions, type WaitOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { CLIENT_COMMANDS } from './headings.ts';

/** The coreio services that agents share. */
export const io: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator io start ./plant.yaml --coreio-id plant-io',
  define: ({ newCommand, choose, env }) => {
    const group = newCommand('io')
      .summary('list, start and stop coreio services that agents share')
      .description('The coreio services that agents share.');
    const sub = (name: string, what: string): Command => withHost(group.command(name).description(what));
    sub('list', 'list them').action((options: HostOptions) => {
      choose(hostTask(options, env, async () => (await import('../services/shared-io.ts')).listIo));
    });
    withWait(sub('start', 'start one'), 'it runs')
      .argument('<file>', 'its config file, from the current folder for a host on this machine')
      .option('--coreio-id <id>', 'its id (default: the name of the file without its extension, with -coreio)')
      .action((file: string, options: HostOptions & WaitOptions & { readonly coreioId?: string }) => {
        choose(hostTask(options, env, async () => (await import('../services/shared-io.ts')).startIo(file, options)));
      });
    sub('stop', 'release a shared coreio; it is stopped and removed when no agent holds it')
      .argument('<service>')
      .action((id: string, options: HostOptions) => {
        choose(hostTask(options, env, async () => (await import('../services/shared-io.ts')).stopIo(id)));
      });
    return group;
  },
};
