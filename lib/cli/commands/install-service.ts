import { Option, type Command } from 'commander';
import { resolve } from 'node:path';
import type { CommandGroup, CommandSite } from '../command-group.ts';
import { newServeOptions, parseRaw } from '../serve/flags.ts';
import { OptionError } from '../serve/option-values.ts';
import { parseServeOptions } from '../serve/serve-options.ts';
import type { InstallRequest } from '../systemd/install.ts';

const UNIT_NAME = /^[A-Za-z0-9][A-Za-z0-9:_.-]*$/;

const HELP = `
The options of \`coredinator serve\` go into the unit, with absolute paths, those that COREDINATOR_<OPTION> gives too: the unit does not
see your environment. Nothing is started; the commands for that are printed.`;

/** What stands on the command line besides the options of `serve`. */
interface Given {
  readonly user?: true;
  readonly system?: true;
  readonly print?: true;
  readonly force?: true;
  readonly name: string;
  readonly runAs?: string;
}

/** A unit of systemd for a host. */
export const installService: CommandGroup = {
  heading: 'Prepare a machine:',
  example: 'coredinator install-service --base-path /opt/plant',
  define: (site) => {
    const command = site
      .newCommand('install-service')
      .usage('[--user|--system] [--print] --base-path DIR [options of serve]')
      .summary('write a systemd unit for a host')
      .description('Writes a systemd unit that runs a host and leaves its services alone.')
      .addOption(new Option('--system', 'a unit of the machine (default for root)').conflicts('user'))
      .option('--user', 'a unit of your own (default for everybody else)')
      .option('--print', 'print the unit and write nothing; works without systemd too')
      .option('--force', 'replace a unit that says something else')
      .option('--name <unit>', 'name of the unit, for a second host on this machine', 'coredinator')
      .option('--run-as <user>', 'who the host and its services run as (default: the owner of the base path)')
      .addHelpText('after', HELP)
      .action((given: Given, self: Command) => {
        chooseInstall(site, given, self);
      });
    for (const option of newServeOptions()) command.addOption(option);
    return command;
  },
};

/** What is to be installed, and the deprecated options that were used. */
interface Chosen {
  readonly request: InstallRequest;
  readonly warnings: readonly string[];
}

function chooseInstall(site: CommandSite, given: Given, command: Command): void {
  const { request, warnings } = requestOf(given, serveArgs(command), site.env);
  site.choose(async (io) => {
    for (const warning of warnings) io.err.write(`warning: ${warning}\n`);
    const { installService: install } = await import('../systemd/install.ts');
    return install(request, io);
  });
}

/** The options of `serve` among those of this command, as words again. */
function serveArgs(command: Command): readonly string[] {
  return newServeOptions().flatMap((option) => {
    const value: unknown = command.getOptionValue(option.attributeName());
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.flatMap((one) => (typeof one === 'string' ? [`${option.long ?? ''}=${one}`] : []));
  });
}

function requestOf(given: Given, args: readonly string[], env: NodeJS.ProcessEnv): Chosen {
  // A unit is readable by all, so the token itself is never one of its words; a file is.
  const seen = { ...env };
  delete seen['COREDINATOR_TOKEN'];
  const line = parseServeOptions(args, seen);
  if (line.type === 'exit') throw new OptionError(line.output.replace(/^error: /, '').trimEnd());
  if (!UNIT_NAME.test(given.name)) {
    throw new OptionError(
      `--name: "${given.name}" cannot name a unit; give letters, digits and - _ . :, without .service.`,
    );
  }
  const scope = given.user === true || (given.system !== true && process.getuid?.() !== 0) ? 'user' : 'system';
  if (scope === 'user' && given.runAs !== undefined) {
    throw new OptionError('--run-as: a unit of a user runs as that user; give --system, or leave --run-as out.');
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

/** A line break in a path would begin another line of the unit. */
function refuseControlCharacters(args: readonly string[]): void {
  const bad = args.find((arg) => /\p{Cc}/u.test(arg));
  if (bad === undefined) return;
  throw new OptionError(`${JSON.stringify(bad)} holds a control character, which no unit can; give it another name.`);
}

/** Each option that is given in either way, with paths that hold wherever the unit is started. */
function unitArgs(args: readonly string[], env: NodeJS.ProcessEnv): readonly string[] {
  const raw = parseRaw(args, env, '');
  const given = raw.type === 'options' ? (raw.options as Readonly<Record<string, { values: readonly string[] }>>) : {}; // by name
  return newServeOptions().flatMap((option) => {
    const isPath = /<(dir|file)>/.test(option.flags);
    const values = given[option.attributeName()]?.values ?? [];
    return values.flatMap((value) => [option.long ?? '', isPath ? resolve(value) : absolutePlace(value)]);
  });
}

/** The path in a place such as `unix:host.sock`; any other value is as it was. */
function absolutePlace(value: string): string {
  return value.replace(/^unix:(.+)$/s, (_, path: string) => `unix:${resolve(path)}`);
}
