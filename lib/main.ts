#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLog, LogFileError, type AppLog } from './app-log.ts';
import { startHost, type Host } from './app.ts';
import { parseConfigCommand } from './cli/config-command.ts';
import { parseServeOptions, type ServeOptions } from './cli/options.ts';
import { runConfigCommand } from './config-command.ts';
import { loadConfig } from './config/spec-source.ts';
import { ListenError } from './http/listen.ts';
import { CoredinatorError } from './model/errors.ts';
import { HostLockedError } from './store/host-lock.ts';

/** Exit codes of contract 2. */
const EXIT = { clean: 0, crash: 1, usage: 2, locked: 3 } as const;

/** A host that was asked to run in this process. */
export interface RunResult {
  /** Where the API answers; null: it did not come up, or there was nothing to run. */
  readonly url: string | null;
  /** The exit code, once the host has ended. */
  readonly exited: Promise<number>;
}

/**
 * Runs what the command line says and resolves when the API is ready or nothing is to be run. Installs the signal handlers; never
 * ends the process.
 */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<RunResult> {
  if (argv[0] === 'config') return ended(await configure(argv.slice(1), env));
  const command = parseServeOptions(argv, env);
  if (command.type === 'exit') {
    (command.code === EXIT.clean ? process.stdout : process.stderr).write(command.output);
    return ended(command.code);
  }
  let log: AppLog | null = null;
  try {
    const { options } = command;
    log = await createLog({ level: options.logLevel, file: options.logFile, stream: process.stderr });
    return await serve(options, env, log);
  } catch (error) {
    const code = exitCodeOf(error);
    if (log === null) process.stderr.write(`error: ${messageOf(error)}\n`);
    else log.error(code === EXIT.crash ? { err: error } : {}, messageOf(error));
    await log?.close();
    return ended(code);
  }
}

/** `coredinator config …`: the exit code of a command that is over when it has printed. */
async function configure(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const line = parseConfigCommand(argv, env);
  if (line.type === 'exit') {
    (line.code === EXIT.clean ? process.stdout : process.stderr).write(line.output);
    return line.code;
  }
  const { code, output, errors } = await runConfigCommand(line.command, env);
  process.stdout.write(output);
  process.stderr.write(errors);
  return code;
}

async function serve(options: ServeOptions, env: NodeJS.ProcessEnv, log: AppLog): Promise<RunResult> {
  const { basePath, configFile, stateDir } = options;
  const config = await loadConfig({ basePath, configFile, workingDirectory: process.cwd(), env });
  const running: { host: Host | null } = { host: null };
  const crashed = exitOnCrash(log, (error) => running.host?.crashed(error));
  const host = (running.host = await startHost(options, config, log));
  // Whoever reads the ready line may send a signal in the next instant.
  reloadOnSignal(host, log);
  const left = leaveOnSignal(host, options, log);
  log.info({ url: host.url, pid: process.pid, base_path: basePath, state_dir: stateDir }, 'ready');
  return { url: host.url, exited: Promise.race([left, crashed]) };
}

/** The first signal ends the host as `--on-exit` says, a second one kills what a drain still waits for. */
function leaveOnSignal(host: Host, { onExit }: ServeOptions, log: AppLog): Promise<number> {
  return new Promise((resolve) => {
    let leaving: Promise<void> | null = null;
    const leave = async (signal: NodeJS.Signals): Promise<void> => {
      log.info({ signal, mode: onExit }, 'leaving');
      await host.close(onExit);
      log.info({}, 'stopped');
      await log.close();
    };
    const onSignal = (signal: NodeJS.Signals): void => {
      if (leaving !== null) {
        log.warn({ signal }, 'hurrying: what still runs is killed');
        host.hurry().catch((error: unknown) => {
          log.error({ err: error }, 'the services could not be killed');
        });
        return;
      }
      leaving = leave(signal);
      leaving.then(
        () => {
          resolve(EXIT.clean);
        },
        (error: unknown) => {
          log.error({ err: error }, 'the host could not end cleanly');
          resolve(EXIT.crash);
        },
      );
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

/** SIGHUP means to daemons that their configuration has changed. */
function reloadOnSignal(host: Host, log: AppLog): void {
  process.on('SIGHUP', () => {
    host.reload().then(
      ({ changes, skipped }) => {
        log.info({ changes, skipped }, 'the configuration was reloaded');
      },
      (error: unknown) => {
        log.error({}, `the configuration was not reloaded, and nothing has changed: ${messageOf(error)}`);
      },
    );
  });
}

/** A bug that nothing caught ends the host: its state is in the store, its services go on, and the next host adopts them. */
function exitOnCrash(log: AppLog, writeDown: (error: Error) => Promise<void> | undefined): Promise<number> {
  return new Promise((resolve) => {
    process.once('uncaughtException', (error) => {
      log.error({ err: error }, 'the host crashed; its services go on and the next host adopts them');
      const lastWords = async (): Promise<void> => {
        await writeDown(error);
        await log.close();
      };
      const exit = (): void => {
        resolve(EXIT.crash);
      };
      // A second exception meanwhile finds no handler and ends the process at once, with code 1 too (Node's own is 7 for one in here).
      lastWords().then(exit, exit);
    });
  });
}

function exitCodeOf(error: unknown): number {
  if (error instanceof HostLockedError) return EXIT.locked;
  const isUsage = error instanceof CoredinatorError || error instanceof ListenError || error instanceof LogFileError;
  return isUsage ? EXIT.usage : EXIT.crash;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function ended(code: number): RunResult {
  return { url: null, exited: Promise.resolve(code) };
}

/** Whether this file is the program, also when it is started through a link such as an npm bin. */
function isProgram(): boolean {
  const program = process.argv[1];
  return program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url);
}

if (isProgram()) {
  const { exited } = await run(process.argv.slice(2), process.env);
  process.exit(await exited);
}
