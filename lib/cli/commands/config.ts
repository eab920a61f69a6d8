import { Option, type Command } from 'commander';
import type { SchemaSubject } from '../../config/schema/json-schema.ts';
import type { CommandGroup, CommandSite, Task } from '../command-group.ts';
import type { ConfigCommand, ConfigPlace } from '../config/config-commands.ts';
import { withHost, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { executableRootOption, givenOption, givenOptions } from '../serve/flags.ts';
import { existingFile, existingFolder, existingFolders } from '../serve/option-values.ts';

const CHECK_HELP = `
Agent files are checked as a start of the agent would check them: with the configuration of the host under them,
\${env.NAME} from the environment of this command, and every env_file read. \${port.NAME} is only checked for its form.
Prints a line for each file that is right, and for each kind the executable that would run, or why there is none; problems go to stderr as FILE:LINE:COLUMN: KEY …, and the exit code is 2.`;

const SHOW_HELP = `
Prints kinds and agent types with every default, and host services with what they override. Values of env are printed as they
are written in the file, secrets too; variables are not filled in, and no env_file is read.`;

/** The files that have a schema. */
const SUBJECTS = ['host', 'agent'] as const satisfies readonly SchemaSubject[];

/** The paths of a command line, with the variables of the environment that stand in for them. */
interface Given {
  readonly basePath?: string;
  readonly config?: string;
  readonly configRoot?: string;
  readonly executableRoot?: readonly string[];
}

/** The configuration, without a host. */
export const config: CommandGroup = {
  heading: 'Prepare a machine:',
  example: 'coredinator config check pump1.yaml',
  define: (site) => {
    const command = site
      .newCommand('config')
      .summary('check, show and reload the configuration')
      .description('Checks and shows the configuration, without a host; reload is for one that runs.');
    defineCheck(withPlace(command.command('check')), site);
    defineShow(withPlace(command.command('show')), site);
    defineSchema(command.command('schema'), site);
    defineReload(command.command('reload'), site);
    return command;
  },
};

function defineCheck(command: Command, site: CommandSite): void {
  command
    .description('check the configuration of the host and the files of agents')
    .argument('[file...]', 'files of agents')
    .option('--config-root <dir>', 'folder that they must lie in (default: COREDINATOR_CONFIG_ROOT, else anywhere)')
    .addOption(executableRootOption())
    .addHelpText('after', CHECK_HELP)
    .action((agentFiles: readonly string[], given: Given) => {
      site.choose(taskOf({ type: 'check', place: dottedState(given, site.env), agentFiles }));
    });
}

function defineShow(command: Command, site: CommandSite): void {
  command
    .description('print the configuration that is in effect, as YAML')
    .addHelpText('after', SHOW_HELP)
    .action((given: Given) => {
      site.choose(taskOf({ type: 'show', place: dottedState(given, site.env) }));
    });
}

function defineSchema(command: Command, site: CommandSite): void {
  command
    .description('print the JSON Schema (draft 2020-12) of a file, for editors')
    .addOption(
      new Option('--for <what>', 'coredinator.yaml, or the file of an agent').choices(SUBJECTS).default('host'),
    )
    .action(({ for: subject }: { readonly for: SchemaSubject }) => {
      site.choose(taskOf({ type: 'schema', subject }));
    });
}

function defineReload(command: Command, { choose, env }: CommandSite): void {
  withHost(command)
    .description('reload the configuration of a running host; only what changed is restarted')
    .option('--dry-run', 'only say what would change')
    .action((options: HostOptions & { readonly dryRun?: true }) => {
      choose(hostTask(options, env, async () => (await import('../config/reload.ts')).reload(options)));
    });
}

function taskOf(command: ConfigCommand): Task {
  return async ({ env, out, err }) => {
    const { runConfigCommand } = await import('../config/config-commands.ts');
    const { code, output, errors } = await runConfigCommand(command, env);
    out.write(output);
    err.write(errors);
    return code;
  };
}

function withPlace(command: Command): Command {
  return command
    .option(
      '--base-path <dir>',
      'folder with the service executables (default: COREDINATOR_BASE_PATH, else the current folder)',
    )
    .option(
      '--config <file>',
      'configuration of the host (default: COREDINATOR_CONFIG, else <base-path>/coredinator.yaml if it exists)',
    );
}

function dottedState(given: Given, env: NodeJS.ProcessEnv): ConfigPlace {
  const basePath = givenOption(given.basePath, '--base-path', env) ?? { values: ['.'], source: '--base-path' };
  const file = givenOption(given.config, '--config', env);
  const root = givenOption(given.configRoot, '--config-root', env);
  const roots = givenOptions(given.executableRoot, '--executable-root', env);
  return {
    basePath: existingFolder(basePath),
    configFile: file === undefined ? null : existingFile(file),
    configRoot: root === undefined ? null : existingFolder(root),
    executableRoots: roots === undefined ? [] : existingFolders(roots),
  };
}
