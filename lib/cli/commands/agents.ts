import type { Command } from 'commander';
import type { StartOptions } from '../agents/change-agent.ts';
import type { CommandGroup } from '../command-group.ts';
import { withHost, withWait, type HostOptions, type WaitOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { CLIENT_COMMANDS } from './headings.ts';

const START_HELP = `
FILE is what has a slash or ends in .yaml or .yml; anything else is the id of an agent that the host knows, which is started with
the file that it had. For a host on this machine a relative path is taken from the current folder; for another host the path is one
of that machine, and should be absolute.`;

/** Agents of a running host. */
export const agents: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator agents start ./pump1.yaml',
  define: ({ newCommand, choose, env }) => {
    const group = newCommand('agents')
      .summary('list, start, stop, restart and delete agents')
      .description('Agents of a running host.');
    const sub = (name: string, what: string): Command => withHost(group.command(name).description(what));
    sub('list', 'list all agents').action((options: HostOptions) => {
      choose(hostTask(options, env, async () => (await import('../agents/show-agents.ts')).listAgents));
    });
    sub('status', 'show one agent and its services')
      .argument('<agent>')
      .action((id: string, options: HostOptions) => {
        choose(hostTask(options, env, async () => (await import('../agents/show-agents.ts')).agentStatus(id)));
      });
    withWait(sub('start', 'start an agent and wait until it runs'), 'the agent runs')
      .argument('<file>', 'the config file of the agent, or the id of a known one')
      .option('--agent-id <id>', 'its id (default: the name of the file without its extension)')
      .option('--coreio-id <id>', 'a coreio service that it shares with other agents')
      .addHelpText('after', START_HELP)
      .action((file: string, options: HostOptions & StartOptions) => {
        choose(
          hostTask(options, env, async () => (await import('../agents/change-agent.ts')).startAgent(file, options)),
        );
      });
    withWait(sub('stop', 'stop an agent and wait until its processes are gone'), 'its processes are gone')
      .argument('<agent>')
      .action((id: string, options: HostOptions & WaitOptions) => {
        choose(hostTask(options, env, async () => (await import('../agents/change-agent.ts')).stopAgent(id, options)));
      });
    withWait(sub('restart', 'end the processes of an agent and launch them anew'), 'it runs again')
      .argument('<agent>')
      .action((id: string, options: HostOptions & WaitOptions) => {
        choose(
          hostTask(options, env, async () => (await import('../agents/change-agent.ts')).restartAgent(id, options)),
        );
      });
    sub('delete', 'stop and remove an agent, with the services that only it holds')
      .argument('<agent>')
      .action((id: string, options: HostOptions) => {
        choose(hostTask(options, env, async () => (await import('../agents/change-agent.ts')).deleteAgent(id)));
      });
    return group;
  },
};
