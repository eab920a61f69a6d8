import { Command, CommanderError, Option } from 'commander';
import { HELP_OPTION, VERSION_OPTION } from '../command-group.ts';

/** The options of `coredinator serve`, by the names used in errors. */
const FLAGS = {
  basePath: ['--base-path <dir>', 'folder with the service executables (required)'],
  name: ['--name <name>', 'name of the host for people, such as "Plant 7" (default: the name of this machine)'],
  host: ['--host <addr>', 'address to listen on (default: 127.0.0.1)'],
  port: ['--port <n>', 'port to listen on; 0: any free port (default: 8000)'],
  listen: ['--listen <place>', 'unix:PATH to listen on a Unix socket with mode 0600 instead of an address'],
  tlsCert: ['--tls-cert <file>', 'certificate with its chain, PEM; together with --tls-key it enables TLS'],
  tlsKey: ['--tls-key <file>', 'private key of the certificate, PEM'],
  config: ['--config <file>', 'configuration of the host (default: <base-path>/coredinator.yaml if it exists)'],
  configRoot: ['--config-root <dir>', 'folder that must contain all agent files (default: any folder)'],
  stateDir: ['--state-dir <dir>', 'folder for the state of the host (default: <base-path>/.coredinator)'],
  executableRoot: [
    '--executable-root <dir>',
    'folder outside of the base path that links to executables may lead into (repeatable)',
  ],
  onExit: [
    '--on-exit <what>',
    'on SIGTERM and SIGINT: detach (leave services running) or drain (stop them) (default: detach)',
  ],
  orphans: [
    '--orphans <what>',
    'what to do with live processes without a record: adopt, kill or report (leave alone) (default: adopt)',
  ],
  engine: ['--engine <name>', 'what runs the services: local or kubernetes (default: as coredinator.yaml says)'],
  tokenFile: ['--token-file <file>', 'file with the tokens for full access, one per line'],
  readTokenFile: ['--read-token-file <file>', 'file with the tokens for read-only access'],
  logLevel: ['--log-level <level>', 'trace, debug, info, warn or error (default: info)'],
  logFile: ['--log-file <file>', "also write the host's own log to this file, rotated"],
  allowedHost: ['--allowed-host <name>', 'additional name to allow in the Host header (repeatable)'],
  corsOrigin: ['--cors-origin <origin>', 'origin whose pages may use the API (repeatable)'],
  advertiseUrl: ['--advertise-url <url>', 'URL of the API that services get (default: where the host listens)'],
  inspectorUrl: ['--inspector-url <url>', 'inspector that /inspector opens (default: https://stately.ai/inspect)'],
} as const satisfies Readonly<Record<string, readonly [flags: string, description: string]>>;

/** The name of an option. */
export type OptionName = keyof typeof FLAGS;

const REPEATABLE: ReadonlySet<string> = new Set(['executableRoot', 'allowedHost', 'corsOrigin'] satisfies OptionName[]);

/** Deprecated option names. They still work, but the help does not show them and a warning names the new ones. */
const DEPRECATED: Readonly<Record<string, OptionName>> = { '--strays': 'orphans' };

/** The value of an option and its source for messages: the flag or the environment variable. */
export interface RawOption {
  readonly values: readonly [string, ...string[]];
  readonly source: string;
}

/** The given options; others have no entry. */
export type RawOptions = Readonly<Partial<Record<OptionName, RawOption>>>;

/** A parsed command line before its values are checked. */
export type RawCommandLine =
  | { readonly type: 'options'; readonly options: RawOptions; readonly warnings: readonly string[] }
  | { readonly type: 'exit'; readonly code: 0 | 2; readonly output: string };

function flagOf(name: OptionName): string {
  return FLAGS[name][0].replace(/ .*/, '');
}

function variableOf(flag: string): string {
  return `COREDINATOR_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;
}

function newOption(name: OptionName): Option {
  const [flags, description] = FLAGS[name];
  const option = new Option(flags, description);
  if (REPEATABLE.has(name)) option.argParser((value, before?: readonly string[]) => [...(before ?? []), value]);
  return option;
}

/** `--executable-root` for the other commands that look for executables. */
export function executableRootOption(): Option {
  return newOption('executableRoot');
}

/** Creates the options of `serve`, including the hidden deprecated ones, for every command that accepts them. */
export function newServeOptions(): readonly Option[] {
  const options = (Object.keys(FLAGS) as OptionName[]).map(newOption); // it has no other keys
  const deprecated = Object.entries(DEPRECATED).map(([flag, name]) => {
    const [flags, description] = FLAGS[name];
    return new Option(flags.replace(flagOf(name), flag), description).hideHelp();
  });
  return [...options, ...deprecated];
}

function newCommand(version: string, print: (text: string) => void): Command {
  const command = new Command('coredinator')
    .usage('[serve] --base-path DIR [options]')
    .description('Runs the host: supervises services and serves the REST API.')
    .version(version, ...VERSION_OPTION)
    .helpOption(...HELP_OPTION)
    .addHelpText(
      'after',
      '\nEvery option can also be set with COREDINATOR_<OPTION> (lists with commas); COREDINATOR_TOKEN contains a token for full access.' +
        '\n`coredinator --help` lists the other commands.',
    )
    .allowExcessArguments(false)
    .showHelpAfterError('`coredinator serve --help` shows the usage.')
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: print });
  for (const option of newServeOptions()) command.addOption(option);
  return command;
}

function fromEnvironment(name: OptionName, flag: string, env: NodeJS.ProcessEnv): RawOption | undefined {
  const source = variableOf(flag);
  // An empty variable counts as not set, because many tools cannot unset the variables that they pass on.
  const text = env[source]?.trim() ?? '';
  return rawOption(REPEATABLE.has(name) ? text.split(',').map((part) => part.trim()) : [text], source);
}

function rawOption(values: readonly string[], source: string): RawOption | undefined {
  const [first, ...rest] = values.filter((value) => value !== '');
  return first === undefined ? undefined : { values: [first, ...rest], source };
}

function fromCommandLine(flag: string, given: Readonly<Record<string, unknown>>): RawOption | undefined {
  const value = given[new Option(flag).attributeName()];
  const [first, ...rest] = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
  return first === undefined ? undefined : { values: [first, ...rest], source: flag };
}

/** An option from one source, and the deprecated name if that was used. */
interface Found {
  readonly option: RawOption;
  readonly deprecated: RawOption | null;
}

/** Reads an option from the command line or the environment, under its current or its deprecated name. */
function find(command: Command, name: OptionName, read: (flag: string) => RawOption | undefined): Found | null {
  const old = Object.keys(DEPRECATED).find((flag) => DEPRECATED[flag] === name);
  const present = read(flagOf(name));
  const deprecated = old === undefined ? undefined : read(old);
  if (present !== undefined && deprecated !== undefined && String(present.values) !== String(deprecated.values)) {
    command
      .showHelpAfterError(false)
      .error(
        `error: ${present.source} is "${String(present.values)}" but ${deprecated.source} is "${String(deprecated.values)}"; ` +
          `remove ${deprecated.source}, which is deprecated.`,
      );
  }
  const option = present ?? deprecated;
  return option === undefined ? null : { option, deprecated: deprecated ?? null };
}

/** All given options; the command line takes precedence over the environment. */
function optionsOf(command: Command, env: NodeJS.ProcessEnv): RawCommandLine {
  const given = command.opts<Record<string, unknown>>();
  const options: Partial<Record<OptionName, RawOption>> = {};
  const warnings: string[] = [];
  for (const name of Object.keys(FLAGS) as OptionName[]) {
    // Object.keys loses the key type
    const found =
      find(command, name, (flag) => fromCommandLine(flag, given)) ??
      find(command, name, (flag) => fromEnvironment(name, flag, env));
    if (found === null) continue;
    options[name] = found.option;
    if (found.deprecated === null) continue;
    const { source } = found.deprecated;
    warnings.push(`${source} is deprecated; use ${source.startsWith('--') ? flagOf(name) : variableOf(flagOf(name))}`);
  }
  return { type: 'options', options, warnings };
}

/** Parses the arguments, and the environment variable of each option that is not among them. */
export function parseRaw(argv: readonly string[], env: NodeJS.ProcessEnv, version: string): RawCommandLine {
  let output = '';
  const command = newCommand(version, (text) => {
    output += text;
  });
  try {
    command.parse(argv[0] === 'serve' ? argv.slice(1) : argv, { from: 'user' });
    return optionsOf(command, env);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { type: 'exit', code: error.exitCode === 0 ? 0 : 2, output };
  }
}

/** The value of an option, or of its COREDINATOR_* variable, with the name of the source for messages. */
export function givenOption(value: string | undefined, flag: string, env: NodeJS.ProcessEnv): RawOption | undefined {
  if (value !== undefined) return { values: [value], source: flag };
  const source = variableOf(flag);
  const text = env[source]?.trim() ?? '';
  return text === '' ? undefined : { values: [text], source };
}

/** The same for an option that is repeatable; its variable holds a list with commas. */
export function givenOptions(
  values: readonly string[] | undefined,
  flag: string,
  env: NodeJS.ProcessEnv,
): RawOption | undefined {
  if (values !== undefined) return rawOption(values, flag);
  const source = variableOf(flag);
  return rawOption(
    (env[source] ?? '').split(',').map((part) => part.trim()),
    source,
  );
}
