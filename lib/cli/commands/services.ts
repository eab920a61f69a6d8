import { Argument, Option, type Command } from 'commander';
import { FLAPPING_ABOVE } from '../../model/policy/flapping.ts';
import { PUBLIC_STATES } from '../../model/states.ts';
import type { CommandGroup } from '../command-group.ts';
import { withHost, withWait, type HostOptions, type WaitOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import type { LaunchOptions } from '../services/launches.ts';
import type { LogOptions } from '../services/logs.ts';
import type { VersionOptions } from '../services/version.ts';
import type { ServiceFilter } from '../services/show-services.ts';
import { countUpTo } from './count.ts';
import { CLIENT_COMMANDS } from './headings.ts';

/** Creates a subcommand that talks to a host. */
type Sub = (name: string, what: string) => Command;

/** Services of a running host. */
export const services: CommandGroup = {
  heading: CLIENT_COMMANDS,
  example: 'coredinator services explain pump1-corerl',
  define: ({ newCommand, choose, env }) => {
    const group = newCommand('services')
      .summary('list, start, stop and explain services, and read their output')
      .description('Services of a running host.');
    const sub: Sub = (name, what) => withHost(group.command(name).description(what));
    defineViews(sub, (options, load) => {
      choose(hostTask(options, env, load));
    });
    defineCommands(sub, (options, load) => {
      choose(hostTask(options, env, load));
    });
    return group;
  },
};

type Choose = (options: HostOptions, load: Parameters<typeof hostTask>[2]) => void;

function defineViews(sub: Sub, choose: Choose): void {
  sub('list', 'list services')
    .option('--agent <agent>', 'only services of this agent')
    .addOption(new Option('--state <state...>', 'only services in one of these states').choices(PUBLIC_STATES))
    .addOption(
      new Option('--ready <ready>', 'false: only running services that are not ready; true: only ready ones').choices([
        'true',
        'false',
      ]),
    )
    .option('--flapping', `only services that were restarted more than ${FLAPPING_ABOVE} times in the last hour`)
    .action((options: HostOptions & ServiceFilter) => {
      choose(options, async () => (await import('../services/show-services.ts')).listServices(options));
    });
  sub('status', 'show one service')
    .argument('<service>')
    .action((id: string, options: HostOptions) => {
      choose(options, async () => (await import('../services/show-services.ts')).serviceStatus(id));
    });
  sub('explain', 'explain why a service is in its state, and what happens next')
    .argument('<service>')
    .option(
      '--if-exit <how>',
      'also explain what an exit would cause: a code from 0 to 255, or a signal such as SIGKILL',
    )
    .action((id: string, options: HostOptions & { readonly ifExit?: string }) => {
      choose(options, async () => (await import('../services/explain.ts')).explainService(id, options));
    });
  sub('launches', 'list the launches of a service, and put the last failed one next to the last stable one')
    .argument('<service>')
    .option('-n, --lines <n>', 'how many launches, up to 100 (default: 20)', countUpTo(100))
    .option('--compare <n>', 'compare this launch instead of the last failed one', countUpTo(1_000_000_000))
    .action((id: string, options: HostOptions & LaunchOptions) => {
      choose(options, async () => (await import('../services/launches.ts')).serviceLaunches(id, options));
    });
  sub('logs', 'print the output of a service, or of several by time')
    .argument('[service...]')
    .option('--agent <agent>', 'the services of this agent')
    .option('-f, --follow', 'follow new output, across restarts of service and host, until Ctrl-C')
    .option('-n, --lines <n>', 'how many last lines of each stream (default: 100)', countUpTo(1_000_000))
    .option('--since <when>', 'only output since then: a duration such as 5m, or an instant')
    .option('--until <when>', 'only output until then')
    .option('-g, --grep <regexp>', 'only lines that match (RE2 syntax), of everything that is stored')
    .option('-A, --after-context <n>', 'also n lines after each one that matches', countUpTo(100))
    .option('-B, --before-context <n>', 'also n lines before each one that matches', countUpTo(100))
    .option('-C, --context <n>', 'also n lines on both sides', countUpTo(100))
    .option('-p, --previous', 'only the launch before the newest one')
    .option('--generation <n>', 'only this launch', countUpTo(1_000_000_000))
    .option('-t, --timestamps', 'print the local time of each line')
    .option('--utc', 'print the time of each line in UTC')
    .option('-o, --output <file>', 'write the lines to a file')
    .addOption(new Option('--stream <stream>', 'only this stream').choices(['stdout', 'stderr']))
    .action((ids: readonly string[], options: HostOptions & LogOptions) => {
      choose(options, async () => (await import('../services/logs.ts')).serviceLogs(ids, options));
    });
}

function defineCommands(sub: Sub, choose: Choose): void {
  withWait(sub('start', 'start a service that is stopped, failed or waiting'), 'the service is running')
    .argument('<service>')
    .action((id: string, options: HostOptions & WaitOptions) => {
      choose(options, async () => (await import('../services/change-service.ts')).startService(id, options));
    });
  withWait(sub('stop', 'stop a service until it or one of its agents is started'), 'its processes have ended')
    .argument('<service>')
    .action((id: string, options: HostOptions & WaitOptions) => {
      choose(options, async () => (await import('../services/change-service.ts')).stopService(id, options));
    });
  withWait(sub('restart', 'restart a service'), 'it is running again')
    .argument('<service>')
    .action((id: string, options: HostOptions & WaitOptions) => {
      choose(options, async () => (await import('../services/change-service.ts')).restartService(id, options));
    });
  sub('signal', 'send a signal to the processes of a service')
    .argument('<service>')
    .addArgument(new Argument('<signal>', 'such as SIGHUP or HUP'))
    .action((id: string, signal: string, options: HostOptions) => {
      choose(options, async () => (await import('../services/change-service.ts')).signalService(id, signal));
    });
  sub('acknowledge', 'acknowledge that a service in backoff or failed is failing, until its state changes')
    .argument('<service>')
    .option('--note <text>', 'what others should know about it')
    .action((id: string, options: HostOptions & { readonly note?: string }) => {
      choose(options, async () => (await import('../services/change-service.ts')).acknowledgeService(id, options));
    });
  sub('version', 'show the versions that there are for a service, pin it to one of them, or unpin it')
    .argument('<service>')
    .argument('[version]', 'pin it to this version, such as 1.2.3')
    .option('--unpin', 'let its configuration decide again')
    .option('--dry-run', 'only report what would change')
    .action((id: string, version: string | undefined, options: HostOptions & VersionOptions) => {
      choose(options, async () => (await import('../services/version.ts')).serviceVersion(id, version, options));
    });
  sub('delete', 'remove a service that is in no configuration, or release a shared coreio')
    .argument('<service>')
    .action((id: string, options: HostOptions) => {
      choose(options, async () => (await import('../services/change-service.ts')).deleteService(id));
    });
}
