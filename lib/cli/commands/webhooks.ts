import type { Command } from 'commander';
import type { CommandGroup } from '../command-group.ts';
import type { MuteOptions } from '../events/webhooks.ts';
import { withHost, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { CLIENT_COMMANDS } from './headings.ts';

/** The receivers of events. */
export const webhooks: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator webhooks mute alerts --for 2h --agent pump1',
  define: ({ newCommand, choose, env }) => {
    const group = newCommand('webhooks')
      .summary('list webhooks, and mute them for a while')
      .description('The webhooks of a running host.');
    const sub = (name: string, what: string): Command => withHost(group.command(name).description(what));
    sub('list', 'list webhooks and their mutes').action((options: HostOptions) => {
      choose(hostTask(options, env, async () => (await import('../events/webhooks.ts')).listWebhooks));
    });
    sub('mute', 'hold back the events of a webhook for a while; what still fails at the end is sent then')
      .argument('<webhook>')
      .option('--for <duration>', 'how long, such as 2h')
      .option('--until <instant>', 'until when, such as 2026-01-02T05:00:00Z')
      .option('--agent <agent>', 'only the events of this agent')
      .option('--note <text>', 'what others should know about it')
      .action((name: string, options: HostOptions & MuteOptions) => {
        choose(hostTask(options, env, async () => (await import('../events/webhooks.ts')).muteWebhook(name, options)));
      });
    sub('unmute', 'end a mute now')
      .argument('<webhook>')
      .option('--agent <agent>', 'the mute for this agent (default: that for all events)')
      .action((name: string, options: HostOptions & Pick<MuteOptions, 'agent'>) => {
        choose(
          hostTask(options, env, async () => (await import('../events/webhooks.ts')).unmuteWebhook(name, options)),
        );
      });
    return group;
  },
};
