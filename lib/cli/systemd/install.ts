import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../../host/exit-codes.ts';
import type { CommandIo } from '../output/io.ts';
import { unitText } from './unit.ts';

/** What `install-service` should do; all paths are absolute. */
export interface InstallRequest {
  readonly scope: 'system' | 'user';
  /** The name of the unit, without `.service`. */
  readonly name: string;
  readonly isPrint: boolean;
  readonly isForced: boolean;
  /** Null: the owner of the base path. Only for system units. */
  readonly runAs: string | null;
  readonly basePath: string;
  readonly stateDir: string;
  readonly onExit: 'detach' | 'drain';
  /** The arguments of `serve`. */
  readonly args: readonly string[];
}

/** Where systemd shows that it is running, and where its units are. */
export interface SystemdPlaces {
  readonly booted: string;
  readonly system: string;
  readonly user: string;
}

function placesOf(env: NodeJS.ProcessEnv): SystemdPlaces {
  const given = env['XDG_CONFIG_HOME'] ?? '';
  const config = given === '' ? join(env['HOME'] ?? homedir(), '.config') : given;
  return { booted: '/run/systemd/system', system: '/etc/systemd/system', user: join(config, 'systemd/user') };
}

/** Prints the unit, or writes it and prints the next steps. Returns the exit code; runs no systemd command. */
export function installService(
  request: InstallRequest,
  io: Pick<CommandIo, 'env' | 'out' | 'err'>,
  places = placesOf(io.env),
): number {
  const text = textOf(request);
  if (request.isPrint) {
    io.out.write(text);
    return EXIT.ok;
  }
  if (!existsSync(places.booted)) {
    io.err.write(
      'error: This machine does not use systemd, so no unit was written. `--print` prints one for another machine. Any other ' +
        'supervisor will do if it restarts the host whenever it ends and sends its signals only to the host ' +
        'process, not to its group or container: the services keep running without their host.\n',
    );
    return EXIT.failed;
  }
  const file = join(places[request.scope], `${request.name}.service`);
  try {
    return written(file, text, request, io);
  } catch (error) {
    io.err.write(`error: "${file}" cannot be written (${messageOf(error)}); ${remedyOf(request)}.\n`);
    return EXIT.failed;
  }
}

function written(
  file: string,
  text: string,
  request: InstallRequest,
  { out, err }: Pick<CommandIo, 'out' | 'err'>,
): number {
  const present = existsSync(file) ? readFileSync(file, 'utf8') : null;
  if (present !== null && present !== text && !request.isForced) {
    err.write(
      `error: "${file}" already exists with other content. Compare it with \`--print\`, then use --force to replace it, or --name ` +
        'for a second host.\n',
    );
    return EXIT.failed;
  }
  if (present !== text) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, text);
    chmodSync(`${file}.new`, 0o644); // whatever the umask: other users may read the unit
    renameSync(`${file}.new`, file);
  }
  out.write(`${present === text ? 'Unchanged' : 'Written'}: ${file}\n${nextSteps(request)}`);
  return EXIT.ok;
}

function nextSteps({ scope, name }: InstallRequest): string {
  const control = scope === 'system' ? 'systemctl' : 'systemctl --user';
  const linger = scope === 'system' ? [] : ['loginctl enable-linger   # otherwise everything ends when you log out'];
  const steps = [...linger, `${control} daemon-reload`, `${control} enable --now ${name}`, `${control} status ${name}`];
  return `Next:\n${steps.map((step) => `  ${step}\n`).join('')}`;
}

function remedyOf({ scope }: InstallRequest): string {
  return scope === 'system' ? 'run this as root, or use --user for a user unit' : 'check its permissions';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function textOf({ scope, basePath, stateDir, onExit, runAs, args }: InstallRequest): string {
  // This program, built or not, wherever it is installed.
  const program = fileURLToPath(new URL(`../../main${extname(new URL(import.meta.url).pathname)}`, import.meta.url));
  return unitText({
    scope,
    basePath,
    stateDir,
    onExit,
    runAs: scope === 'system' ? (runAs ?? ownerOf(basePath)) : null,
    command: [process.execPath, program, 'serve', ...args],
  });
}

/** The name of a folder's owner, or the number if there is no name. */
function ownerOf(folder: string): string {
  const uid = String(statSync(folder).uid);
  const lines = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8').split('\n') : [];
  return lines.find((line) => line.split(':')[2] === uid)?.split(':')[0] ?? uid;
}
