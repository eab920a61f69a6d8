import { Option, type Command } from 'commander';

/** What every command to a host can be given about the host and the form of its output. */
export interface HostWords {
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
    'http://…, https://… or unix:PATH (default: COREDINATOR_URL, else that of the folder, else http://127.0.0.1:8000)',
  ],
  ['--base-path <dir>', 'the base path of a host on this machine (default: COREDINATOR_BASE_PATH)'],
  ['--state-dir <dir>', 'the state directory of a host on this machine (default: COREDINATOR_STATE_DIR)'],
  ['--token-file <file>', 'file with the token (default: COREDINATOR_TOKEN_FILE, else the token in COREDINATOR_TOKEN)'],
  ['--ca <file>', 'certificates of the authority that https is signed by (default: COREDINATOR_CA)'],
] as const;

/** Adds the options that every command to a host takes. */
export function withHost(command: Command): Command {
  command.option('--json', 'print JSON for programs');
  for (const [flags, description] of FLAGS) command.addOption(new Option(flags, description).helpGroup(HEADING));
  return command;
}
