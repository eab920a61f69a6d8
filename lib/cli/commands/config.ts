import { Option, type Command } from 'commander';
import type { SchemaSubject } from '../../config/schema/json-schema.ts';
import type { CommandGroup, CommandContext, Task } from '../command-group.ts';
import type { ConfigLocation } from '../config/check.ts';
import type { ConfigCommand } from '../config/config-commands.ts';
import { withHost, type HostOptions } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import type { DiffOptions, RevisionOptions } from '../config/revisions.ts';
import { countUpTo } from './count.ts';
import { executableRootOption, givenOption, givenOptions } from '../serve/flags.ts';
import { existingFile, existingFolder, existingFolders } from '../serve/option-values.ts';

const CHECK_HELP = `
Agent files are checked like at a start of the agent: with the configuration of the host,
\${env.NAME} from the environment of this command, and the content of every env_file. Only the syntax of \${port.NAME} is checked.
Prints a line for each valid file, and for each kind the executable that would run, or why there is none; problems go to stderr as FILE:LINE:COLUMN: KEY …, and the exit code is 2.`;

const SHOW_HELP = `
Prints kinds and agent types with all defaults, and host services with their overrides. Values of env are printed as
written in the file, including secrets; variables are not expanded, and no env_file is read.`;

/** The kinds of files with a schema. */
const SUBJECTS = ['host', 'agent'] as const satisfies readonly SchemaSubject[];

/** The path options of a command line. */
interface Given {
  readonly basePath?: string;
  readonly config?: string;
  readonly configRoot?: string;
  readonly executableRoot?: readonly string[];
  readonly json?: true;
}

/** Commands for the configuration; most need no host. */
export const config: CommandGroup = {
  heading: 'Prepare a machine:',
  example: 'coredinator config check pump1.yaml',
  define: (context) => {
    const command = context
      .newCommand('config')
      .summary('check, show, reload and compare the configuration')
      .description(
        'Checks and shows the configuration without a host; reload, revisions and diff require a running host.',
      );
    defineCheck(withPaths(command.command('check')), context);
    defineShow(withPaths(command.command('show')), context);
    defineSchema(command.command('schema'), context);
    defineReload(command.command('reload'), context);
    defineRevisions(command.command('revisions'), context);
    defineDiff(command.command('diff'), context);
    return command;
  },
};

function defineCheck(command: Command, context: CommandContext): void {
  command
    .description('check the configuration of the host, and agent files')
    .argument('[file...]', 'agent files')
    .option('--config-root <dir>', 'folder that must contain them (default: COREDINATOR_CONFIG_ROOT, else any folder)')
    .addOption(executableRootOption())
    .option('--json', 'print one JSON document: {status, configuration, executables, accounts, agents}')
    .addHelpText('after', CHECK_HELP)
    .action((agentFiles: readonly string[], given: Given) => {
      const location = locationOf(given, context.env);
      context.choose(taskOf({ type: 'check', location, agentFiles, isJson: given.json === true }));
    });
}

function defineShow(command: Command, context: CommandContext): void {
  command
    .description('print the effective configuration as YAML')
    .option('--json', 'print it as JSON')
    .addHelpText('after', SHOW_HELP)
    .action((given: Given) => {
      const location = locationOf(given, context.env);
      context.choose(taskOf({ type: 'show', location, isJson: given.json === true }));
    });
}

function defineSchema(command: Command, context: CommandContext): void {
  command
    .description('print the JSON Schema (draft 2020-12) of configuration files, for editors')
    .addOption(new Option('--for <what>', 'coredinator.yaml or an agent file').choices(SUBJECTS).default('host'))
    .action(({ for: subject }: { readonly for: SchemaSubject }) => {
      context.choose(taskOf({ type: 'schema', subject }));
    });
}

function defineReload(command: Command, { choose, env }: CommandContext): void {
  withHost(command)
    .description('reload the configuration of a running host; only what changed is restarted')
    .option('--dry-run', 'only report what would change')
    .action((options: HostOptions & { readonly dryRun?: true }) => {
      choose(hostTask(options, env, async () => (await import('../config/reload.ts')).reload(options)));
    });
}

function defineRevisions(command: Command, { choose, env }: CommandContext): void {
  withSubject(withHost(command))
    .description('list the configurations that the host applied, newest first, or print one of them')
    .argument('[number]', 'print this revision, without its secrets')
    .option('-n, --lines <n>', 'how many revisions, up to 1000 (default: 20)', countUpTo(1000))
    .action((number: string | undefined, options: HostOptions & RevisionOptions) => {
      choose(
        hostTask(options, env, async () => {
          const { configRevision, configRevisions } = await import('../config/revisions.ts');
          return number === undefined ? configRevisions(options) : configRevision(number);
        }),
      );
    });
}

const DIFF_HELP = `
Without revisions it prints what the last command changed. With A it compares A with the newest revision of the same subject.
What a reload would change now: coredinator config reload --dry-run.`;

function defineDiff(command: Command, { choose, env }: CommandContext): void {
  withSubject(withHost(command))
    .description('print what differs between two applied configurations: each key, and which services it restarts')
    .argument('[A]', 'the number of a revision')
    .argument('[B]', 'the number of another one')
    .addHelpText('after', DIFF_HELP)
    .action((from: string | undefined, to: string | undefined, options: HostOptions & DiffOptions) => {
      choose(
        hostTask(options, env, async () => (await import('../config/revisions.ts')).configDiff(from, to, options)),
      );
    });
}

function withSubject(command: Command): Command {
  return command
    .option('--agent <agent>', 'only the configuration of this agent')
    .option('--service <service>', 'only the configuration of this shared coreio')
    .option('--host-only', 'only the configuration of the host')
    .option('--utc', 'print times in UTC instead of the time zone of this machine');
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

function withPaths(command: Command): Command {
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

function locationOf(given: Given, env: NodeJS.ProcessEnv): ConfigLocation {
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
