import type { Command } from 'commander';
import type { CheckOptions } from '../agents/check-agent.ts';
import type { DeleteOptions, StartOptions } from '../agents/change-agent.ts';
import type { CommandGroup } from '../command-group.ts';
import { withHost, withWait, type HostOptions, type WaitOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { CLIENT_COMMANDS } from './headings.ts';

const START_HELP = `
An argument with a slash, or ending in .yaml or .yml, is a FILE; anything else is the id of a known agent, which is started with
its current file. For a host on this machine, relative paths are resolved against the current folder. For a remote host, the path is
one of that machine and should be absolute.`;

/** Agents of a running host. */
export const agents: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator agents start ./pump1.yaml',
  define: ({ newCommand, choose, env }) => {
    const group = newCommand('agents')
      .summary('list, check, start, stop, restart and delete agents')
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
    sub('check', 'show what the start of an agent would do, without starting it')
      .argument('<file>', 'the config file of an agent')
      .option('--agent-id <id>', 'its id (default: the file name without extension)')
      .option('--agent-type <type>', 'its type (default: the one in the file)')
      .option('--coreio-id <id>', 'the coreio service that it shares with other agents')
      .action((file: string, options: HostOptions & CheckOptions) => {
        choose(
          hostTask(options, env, async () => (await import('../agents/check-agent.ts')).checkAgent(file, options)),
        );
      });
    withWait(sub('start', 'start agents and wait until they are running'), 'the agents are running')
      .argument('<file...>', 'the config file of an agent, or the id of a known one')
      .option('--agent-id <id>', 'its id (default: the file name without extension)')
      .option('--coreio-id <id>', 'the coreio service that it shares with other agents')
      .addHelpText('after', START_HELP)
      .action((files: readonly string[], options: HostOptions & StartOptions) => {
        choose(
          hostTask(options, env, async () => (await import('../agents/change-agent.ts')).startAgents(files, options)),
        );
      });
    withWait(sub('stop', 'stop an agent and wait until its processes have ended'), 'its processes have ended')
      .argument('<agent>')
      .action((id: string, options: HostOptions & WaitOptions) => {
        choose(hostTask(options, env, async () => (await import('../agents/change-agent.ts')).stopAgent(id, options)));
      });
    withWait(sub('restart', 'restart the services that only this agent holds'), 'it is running again')
      .argument('<agent>')
      .action((id: string, options: HostOptions & WaitOptions) => {
        choose(
          hostTask(options, env, async () => (await import('../agents/change-agent.ts')).restartAgent(id, options)),
        );
      });
    sub('delete', 'stop and remove an agent, with the services that only it holds')
      .argument('<agent>')
      .option('-y, --yes', 'do not ask')
      .action((id: string, options: HostOptions & DeleteOptions) => {
        choose(
          hostTask(options, env, async () => (await import('../agents/change-agent.ts')).deleteAgent(id, options)),
        );
      });
    return group;
  },
};
