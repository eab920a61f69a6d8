import { Option, type Command } from 'commander';
import { parseDuration } from '../../model/values/duration.ts';
import { isoOf, type Instant, type Millis } from '../../model/values/time.ts';
import { OptionError } from '../serve/option-values.ts';

/** The options of all commands to a host. */
export interface HostOptions {
  readonly url?: string;
  readonly basePath?: string;
  readonly stateDir?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly json?: true;
}

const HEADING = 'Which host:';

const FLAGS = [
  [
    '--url <url>',
    'http://…, https://… or unix:PATH (default: COREDINATOR_URL, else from the folder, else http://127.0.0.1:8000)',
  ],
  ['--base-path <dir>', 'the base path of a host on this machine (default: COREDINATOR_BASE_PATH)'],
  ['--state-dir <dir>', 'the state directory of a host on this machine (default: COREDINATOR_STATE_DIR)'],
  ['--token-file <file>', 'file with the token (default: COREDINATOR_TOKEN_FILE, else the token in COREDINATOR_TOKEN)'],
  ['--ca <file>', 'CA certificates for https (default: COREDINATOR_CA)'],
] as const;

/** Adds the options of all commands to a host. */
export function withHost(command: Command): Command {
  command.option('--json', 'print JSON');
  for (const [flags, description] of FLAGS) command.addOption(new Option(flags, description).helpGroup(HEADING));
  return command;
}

/** How long a command waits for its effect. */
export interface WaitOptions {
  readonly wait: boolean;
  readonly timeout: Millis;
}

/** Adds the options of commands that wait. */
export function withWait(command: Command, what: string): Command {
  return command
    .option('--no-wait', `return as soon as the command is on disk, not when ${what}`)
    .addOption(
      new Option('--timeout <duration>', 'maximum time to wait; then exit with code 5')
        .default(60_000, '1m')
        .argParser(timeoutOf),
    );
}

function timeoutOf(text: string): Millis {
  const parsed = parseDuration(text);
  if (parsed.type === 'invalid') throw new OptionError(`--timeout: ${parsed.message}.`);
  return parsed.ms;
}

/** Converts the value of an option, an instant or a duration before now, for the API. Throws OptionError. */
export function instantOf(option: string, text: string, now: Instant): string {
  const span = parseDuration(text);
  if (span.type === 'duration') return isoOf(now - span.ms);
  const instant = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(instant)) return isoOf(instant);
  throw new OptionError(
    `${option}: "${text}" is neither a duration such as 5m nor an instant such as 2026-01-02T03:04:05Z.`,
  );
}
