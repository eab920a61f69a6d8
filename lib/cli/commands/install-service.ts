import { Option, type Command } from 'commander';
import { resolve } from 'node:path';
import type { CommandGroup, CommandContext } from '../command-group.ts';
import { newServeOptions, parseRaw } from '../serve/flags.ts';
import { OptionError } from '../serve/option-values.ts';
import { parseServeOptions } from '../serve/serve-options.ts';
import type { InstallRequest } from '../systemd/install.ts';

const UNIT_NAME = /^[A-Za-z0-9][A-Za-z0-9:_.-]*$/;

/** The option of `serve` that this command calls `--host-name`, because its `--name` is the name of the unit. */
const HOST_NAME = '--name';

const HELP = `
The options of \`coredinator serve\` go into the unit, with absolute paths, including those from COREDINATOR_<OPTION>: the unit does not
see your environment. Nothing is started; the commands to do so are printed.`;

/** The options other than those of `serve`. */
interface Given {
  readonly user?: true;
  readonly system?: true;
  readonly print?: true;
  readonly force?: true;
  readonly name: string;
  readonly hostName?: string;
  readonly runAs?: string;
}

/** A systemd unit for a host. */
export const installService: CommandGroup = {
  heading: 'Prepare a machine:',
  example: 'coredinator install-service --base-path /opt/plant',
  define: (context) => {
    const command = context
      .newCommand('install-service')
      .usage('[--user|--system] [--print] --base-path DIR [options of serve]')
      .summary('write a systemd unit for a host')
      .description('Writes a systemd unit that runs a host and leaves its services alone.')
      .addOption(new Option('--system', 'a system unit (default for root)').conflicts('user'))
      .option('--user', 'a user unit (default for other users)')
      .option('--print', 'only print the unit; also works without systemd')
      .option('--force', 'replace an existing unit that differs')
      .option('--name <unit>', 'name of the unit, for a second host on this machine', 'coredinator')
      .option('--host-name <name>', 'the --name of serve: name of the host for people')
      .option('--run-as <user>', 'the user that the host and its services run as (default: the owner of the base path)')
      .addHelpText('after', HELP)
      .action((given: Given, self: Command) => {
        chooseInstall(context, given, self);
      });
    for (const option of newServeOptions()) if (option.long !== HOST_NAME) command.addOption(option);
    return command;
  },
};

/** The parsed request, and warnings about deprecated options. */
interface Chosen {
  readonly request: InstallRequest;
  readonly warnings: readonly string[];
}

function chooseInstall(context: CommandContext, given: Given, command: Command): void {
  const named = given.hostName === undefined ? [] : [`${HOST_NAME}=${given.hostName}`];
  const { request, warnings } = requestOf(given, [...serveArgs(command), ...named], context.env);
  context.choose(async (io) => {
    for (const warning of warnings) io.err.write(`warning: ${warning}\n`);
    const { installService: install } = await import('../systemd/install.ts');
    return install(request, io);
  });
}

/** The arguments of this command that are options of `serve`. */
function serveArgs(command: Command): readonly string[] {
  const options = newServeOptions().filter(({ long }) => long !== HOST_NAME);
  return options.flatMap((option) => {
    const value: unknown = command.getOptionValue(option.attributeName());
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.flatMap((one) => (typeof one === 'string' ? [`${option.long ?? ''}=${one}`] : []));
  });
}

function requestOf(given: Given, args: readonly string[], env: NodeJS.ProcessEnv): Chosen {
  // Everybody can read a unit, so the token itself must not be in it; a token file may.
  const seen = { ...env };
  delete seen['COREDINATOR_TOKEN'];
  const line = parseServeOptions(args, seen);
  if (line.type === 'exit')
    throw new OptionError(
      line.output
        .replace(/^error: (--name(?=:))?/, (_, name?: string) => (name === undefined ? '' : '--host-name'))
        .trimEnd(),
    );
  if (!UNIT_NAME.test(given.name)) {
    throw new OptionError(
      `--name: "${given.name}" is not a valid unit name; use letters, digits and - _ . :, without .service.`,
    );
  }
  const scope = given.user === true || (given.system !== true && process.getuid?.() !== 0) ? 'user' : 'system';
  if (scope === 'user' && given.runAs !== undefined) {
    throw new OptionError('--run-as: a user unit always runs as its user; use --system, or remove --run-as.');
  }
  const { basePath, stateDir, onExit } = line.options;
  refuseControlCharacters([...unitArgs(args, seen), given.runAs ?? '', basePath, stateDir]);
  const request: InstallRequest = {
    scope,
    name: given.name,
    isPrint: given.print === true,
    isForced: given.force === true,
    runAs: given.runAs ?? null,
    basePath,
    stateDir,
    onExit,
    args: unitArgs(args, seen),
  };
  return { request, warnings: line.warnings };
}

/** A line break in a path would start a new line in the unit. */
function refuseControlCharacters(args: readonly string[]): void {
  const bad = args.find((arg) => /\p{Cc}/u.test(arg));
  if (bad === undefined) return;
  throw new OptionError(
    `${JSON.stringify(bad)} contains a control character, which a unit file cannot contain; rename it.`,
  );
}

/** All options from command line and environment, with paths that do not depend on the working directory. */
function unitArgs(args: readonly string[], env: NodeJS.ProcessEnv): readonly string[] {
  const raw = parseRaw(args, env, '');
  const given = raw.type === 'options' ? (raw.options as Readonly<Record<string, { values: readonly string[] }>>) : {}; // by name
  return newServeOptions().flatMap((option) => {
    const isPath = /<(dir|file)>/.test(option.flags);
    const values = given[option.attributeName()]?.values ?? [];
    return values.flatMap((value) => [option.long ?? '', isPath ? resolve(value) : absoluteValue(value)]);
  });
}

/** Makes the path in a value such as `unix:host.sock` absolute; other values are unchanged. */
function absoluteValue(value: string): string {
  return value.replace(/^unix:(.+)$/s, (_, path: string) => `unix:${resolve(path)}`);
}
