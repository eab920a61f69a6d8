import { Command, CommanderError, Option } from 'commander';
import { HELP_OPTION, VERSION_OPTION } from '../command-group.ts';

/** The options of `coredinator serve` as they are written, by the name that errors use. */
const FLAGS = {
  basePath: ['--base-path <dir>', 'folder with the service executables (required)'],
  host: ['--host <addr>', 'address to listen on (default: 127.0.0.1)'],
  port: ['--port <n>', 'port to listen on; 0 takes any free one (default: 8000)'],
  listen: ['--listen <place>', 'unix:PATH listens on a Unix socket, with mode 0600, instead of an address'],
  tlsCert: ['--tls-cert <file>', 'certificate with its chain, PEM; with --tls-key the API is served over TLS'],
  tlsKey: ['--tls-key <file>', 'key of the certificate, PEM'],
  config: ['--config <file>', 'configuration of the host (default: <base-path>/coredinator.yaml if it exists)'],
  configRoot: ['--config-root <dir>', 'folder that the files of agents must lie in (default: they may lie anywhere)'],
  stateDir: ['--state-dir <dir>', 'where the state of the host lives (default: <base-path>/.coredinator)'],
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
    'live processes that the records do not know: adopt, kill or report (leave alone) (default: report)',
  ],
  tokenFile: ['--token-file <file>', 'file with the tokens for full access, one a line'],
  readTokenFile: ['--read-token-file <file>', 'file with the tokens for read-only access'],
  logLevel: ['--log-level <level>', 'trace, debug, info, warn or error (default: info)'],
  logFile: ['--log-file <file>', "also write the host's own log there, rotated"],
  allowedHost: ['--allowed-host <name>', 'further name that a Host header may carry (repeatable)'],
  corsOrigin: ['--cors-origin <origin>', 'origin whose pages may call the API (repeatable)'],
  inspectorUrl: ['--inspector-url <url>', 'inspector that /inspector opens (default: https://stately.ai/inspect)'],
} as const satisfies Readonly<Record<string, readonly [flags: string, description: string]>>;

/** The name of an option. */
export type OptionName = keyof typeof FLAGS;

const REPEATABLE: ReadonlySet<string> = new Set(['executableRoot', 'allowedHost', 'corsOrigin'] satisfies OptionName[]);

/** Old names of options. They still work, no help shows them, and a warning names the new one. */
const DEPRECATED: Readonly<Record<string, OptionName>> = { '--strays': 'orphans' };

/** One option as it was given, and where: the flag or the environment variable, for messages. */
export interface RawOption {
  readonly values: readonly [string, ...string[]];
  readonly source: string;
}

/** What was given for each option; an option that was not given has no entry. */
export type RawOptions = Readonly<Partial<Record<OptionName, RawOption>>>;

/** What the words of a command line come to before their values are looked at. */
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

/** The options of `serve`, with the hidden deprecated ones, made anew at each call, for every command that takes them too. */
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
    .description('Runs the host: supervises services and answers the REST API.')
    .version(version, ...VERSION_OPTION)
    .helpOption(...HELP_OPTION)
    .addHelpText(
      'after',
      '\nEvery option also reads COREDINATOR_<OPTION> (lists with commas); COREDINATOR_TOKEN holds the full token.' +
        '\n`coredinator --help` lists the other commands.',
    )
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: print });
  for (const option of newServeOptions()) command.addOption(option);
  return command;
}

function fromEnvironment(name: OptionName, flag: string, env: NodeJS.ProcessEnv): RawOption | undefined {
  const source = variableOf(flag);
  // An empty variable is one that is not set: that is how most tools that pass variables on unset them.
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

/** An option as one place gives it, and the deprecated name that was used there. */
interface Found {
  readonly option: RawOption;
  readonly deprecated: RawOption | null;
}

/** Reads an option from the command line or the environment, under its present or its deprecated name. */
function find(command: Command, name: OptionName, read: (flag: string) => RawOption | undefined): Found | null {
  const old = Object.keys(DEPRECATED).find((flag) => DEPRECATED[flag] === name);
  const present = read(flagOf(name));
  const deprecated = old === undefined ? undefined : read(old);
  if (present !== undefined && deprecated !== undefined && String(present.values) !== String(deprecated.values)) {
    command.error(
      `error: ${present.source} is "${String(present.values)}" but ${deprecated.source} is "${String(deprecated.values)}"; ` +
        `remove ${deprecated.source}, which is deprecated.`,
    );
  }
  const option = present ?? deprecated;
  return option === undefined ? null : { option, deprecated: deprecated ?? null };
}

/** Every option that was given; the command line wins over the environment. */
function optionsOf(command: Command, env: NodeJS.ProcessEnv): RawCommandLine {
  const given = command.opts<Record<string, unknown>>();
  const options: Partial<Record<OptionName, RawOption>> = {};
  const warnings: string[] = [];
  for (const name of Object.keys(FLAGS) as OptionName[]) {
    // Object.keys forgets the type of the keys
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

/** Reads the words after the program's name, and for each option that is not among them its environment variable. */
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

/** An option as it was given, else its COREDINATOR_* variable, with the name of either for messages. */
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
