import type { Command } from 'commander';
import type { CommandGroup } from '../command-group.ts';
import { withHost, withWait, type HostOptions, type WaitOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { CLIENT_COMMANDS } from './headings.ts';

/** Shared coreio services. */
export const io: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator io start ./plant.yaml --coreio-id plant-io',
  define: ({ newCommand, choose, env }) => {
    const group = newCommand('io')
      .summary('list, start and stop shared coreio services')
      .description('Coreio services that agents share.');
    const sub = (name: string, what: string): Command => withHost(group.command(name).description(what));
    sub('list', 'list shared coreio services').action((options: HostOptions) => {
      choose(hostTask(options, env, async () => (await import('../services/shared-io.ts')).listIo));
    });
    withWait(sub('start', 'start a shared coreio service'), 'it is running')
      .argument('<file>', 'its config file')
      .option('--coreio-id <id>', 'its id (default: the file name without extension, plus -coreio)')
      .action((file: string, options: HostOptions & WaitOptions & { readonly coreioId?: string }) => {
        choose(hostTask(options, env, async () => (await import('../services/shared-io.ts')).startIo(file, options)));
      });
    sub('stop', 'stop and remove a shared coreio that no agent holds')
      .argument('<service>')
      .action((id: string, options: HostOptions) => {
        choose(hostTask(options, env, async () => (await import('../services/shared-io.ts')).stopIo(id)));
      });
    return group;
  },
};
