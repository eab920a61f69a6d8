import { Command, CommanderError, Option } from 'commander';
import { existingFile, existingFolder, OptionError } from './option-paths.ts';
import type { RawOption } from './raw-options.ts';

const SUBJECTS = ['host', 'agent'] as const;

/** Where `coredinator config` finds the host's configuration; the paths are absolute. */
export interface ConfigPlace {
  readonly basePath: string;
  /** The file that was given; null: the `coredinator.yaml` of the base path, if there is one. */
  readonly configFile: string | null;
}

/** What `coredinator config` is to do. */
export type ConfigCommand =
  | { readonly type: 'check'; readonly place: ConfigPlace; readonly agentFiles: readonly string[] }
  | { readonly type: 'show'; readonly place: ConfigPlace }
  | { readonly type: 'schema'; readonly subject: (typeof SUBJECTS)[number] };

/** `exit`: nothing is to be done; `output` belongs on stdout with code 0 and on stderr with code 2. */
export type ConfigCommandLine =
  | { readonly type: 'config'; readonly command: ConfigCommand }
  | { readonly type: 'exit'; readonly code: 0 | 2; readonly output: string };

const CHECK_HELP = `
Agent files are checked as a start of the agent would check them: with the configuration of the host under them,
\${env.NAME} from the environment of this command, and every env_file read. \${port.NAME} is only checked for its form.
Prints a line for each file that is right; problems go to stderr as FILE:LINE:COLUMN: KEY …, and the exit code is 2.`;

const SHOW_HELP = `
Prints kinds and agent types with every default, and host services with what they override. Values of env are printed as they
are written in the file, secrets too; variables are not filled in, and no env_file is read.`;

/** The paths of a command line, with the variables of the environment that stand in for them. */
interface Given {
  readonly basePath?: string;
  readonly config?: string;
}

/** Reads what follows `coredinator config` and the COREDINATOR_* variables; the command line wins. Looks at the file system. */
export function parseConfigCommand(argv: readonly string[], env: NodeJS.ProcessEnv): ConfigCommandLine {
  let output = '';
  let found: (() => ConfigCommand) | null = null;
  const program = newProgram(
    (text) => (output += text),
    (command) => (found = command),
    env,
  );
  try {
    program.parse(argv, { from: 'user' });
    const command = (found as (() => ConfigCommand) | null)?.(); // set by a callback, which the compiler does not follow
    if (command === undefined) throw new Error('The command line names no command and was accepted all the same.');
    return { type: 'config', command };
  } catch (error) {
    if (error instanceof OptionError) return { type: 'exit', code: 2, output: `error: ${error.message}\n` };
    if (error instanceof CommanderError) return { type: 'exit', code: error.exitCode === 0 ? 0 : 2, output };
    throw error;
  }
}

function newProgram(
  print: (text: string) => void,
  onCommand: (command: () => ConfigCommand) => void,
  env: NodeJS.ProcessEnv,
): Command {
  const program = new Command('coredinator config')
    .description('Checks and shows the configuration, without a host.')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: print });
  withPlace(program.command('check'))
    .description('check the configuration of the host and the files of agents')
    .argument('[agent...]', 'files of agents')
    .addHelpText('after', CHECK_HELP)
    .action((agentFiles: readonly string[], given: Given) => {
      onCommand(() => ({ type: 'check', place: placeOf(given, env), agentFiles }));
    });
  withPlace(program.command('show'))
    .description('print the configuration that is in effect, as YAML')
    .addHelpText('after', SHOW_HELP)
    .action((given: Given) => {
      onCommand(() => ({ type: 'show', place: placeOf(given, env) }));
    });
  program
    .command('schema')
    .description('print the JSON Schema (draft 2020-12) of a file, for editors')
    .addOption(
      new Option('--for <what>', 'coredinator.yaml, or the file of an agent').choices(SUBJECTS).default('host'),
    )
    .action(({ for: subject }: { readonly for: (typeof SUBJECTS)[number] }) => {
      onCommand(() => ({ type: 'schema', subject }));
    });
  return program;
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

function placeOf(given: Given, env: NodeJS.ProcessEnv): ConfigPlace {
  const basePath = rawOption(given.basePath, '--base-path', env) ?? { values: ['.'], source: '--base-path' };
  const config = rawOption(given.config, '--config', env);
  return { basePath: existingFolder(basePath), configFile: config === undefined ? null : existingFile(config) };
}

function rawOption(given: string | undefined, flag: string, env: NodeJS.ProcessEnv): RawOption | undefined {
  if (given !== undefined) return { values: [given], source: flag };
  const source = `COREDINATOR_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;
  const value = env[source]?.trim() ?? '';
  return value === '' ? undefined : { values: [value], source };
}
