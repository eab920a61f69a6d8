import { loadConfig } from '../../config/spec-source.ts';
import type { ExitMode } from '../../control/control.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { createLog, LogFileError, type AppLog } from '../../host/log.ts';
import type { ServeOptions } from '../../host/options.ts';
import type { Host } from '../../host/running-host.ts';
import { openNotifier } from '../../host/sd-notify.ts';
import { startHost } from '../../host/start-host.ts';
import { serviceManager, watchdogPeriod, type ServiceManager } from '../../host/systemd.ts';
import { ListenError } from '../../http/server/listen-error.ts';
import { TlsError } from '../../http/server/tls-files.ts';
import { CoredinatorError } from '../../model/errors.ts';
import { bestShimKind } from '../../process/launch/shim-kind.ts';
import { HostLockedError } from '../../store/host-lock.ts';
import { StateFolderError } from '../../store/state-folder.ts';
import { withoutRepetitions } from './repeated-signals.ts';

/** A host running in this process. */
export interface RunResult {
  /** The URL of the API; null: the host did not start. */
  readonly url: string | null;
  /** Resolves with the exit code when the host has ended. */
  readonly exited: Promise<number>;
}

/**
 * Runs a host until a signal, a request or a crash ends it; logs `warnings` first. Resolves when the API is ready, or
 * with the exit code if the start failed.
 */
export async function runServe(
  options: ServeOptions,
  env: NodeJS.ProcessEnv,
  warnings: readonly string[] = [],
): Promise<RunResult> {
  let log: AppLog | null = null;
  try {
    log = await createLog({ level: options.logLevel, file: options.logFile, stream: process.stderr });
    for (const warning of warnings) log.warn({}, warning);
    return await serve(options, env, log);
  } catch (error) {
    const code = exitCodeOf(error);
    if (log === null) process.stderr.write(`error: ${messageOf(error)}\n`);
    else log.error(code === EXIT.failed ? { err: error } : {}, messageOf(error));
    await log?.close();
    return { url: null, exited: Promise.resolve(code) };
  }
}

async function serve(options: ServeOptions, env: NodeJS.ProcessEnv, log: AppLog): Promise<RunResult> {
  const { basePath, configFile, configRoot, stateDir } = options;
  const config = await loadConfig({ basePath, configFile, configRoot, workingDirectory: process.cwd(), env });
  const running: { host: Host | null } = { host: null };
  const crashed = exitOnCrash(log, (error) => running.host?.crashed(error));
  const host = (running.host = await startHost(options, config, log));
  const notifier = openNotifier({ env, shim: bestShimKind, log });
  const manager = serviceManager(notifier, watchdogPeriod(env, process.pid));
  // A program that reads the ready line may send a signal immediately.
  reloadOnSignal(host, manager, log);
  const left = shutDownOnRequest(host, options, manager, log);
  log.info({ url: host.url, pid: process.pid, base_path: basePath, state_dir: stateDir }, 'ready');
  manager.ready(host.url, () => host.isLooking());
  return { url: host.url, exited: Promise.race([left, crashed]) };
}

/**
 * The first signal shuts the host down as specified with `--on-exit`, a shutdown request as it specifies. A later
 * signal kills the services that a drain is still waiting for; the same one within a second counts as one.
 */
function shutDownOnRequest(
  host: Host,
  { onExit }: ServeOptions,
  manager: ServiceManager,
  log: AppLog,
): Promise<number> {
  return new Promise((resolve) => {
    let isShuttingDown = false;
    const shutDown = async (asked: object, mode: ExitMode): Promise<void> => {
      log.info({ ...asked, mode }, 'shutting down');
      manager.stopping(mode);
      await host.close(mode);
      log.info({}, 'stopped');
      await manager.close();
      await log.close();
    };
    const begin = (asked: object, mode: ExitMode): void => {
      isShuttingDown = true;
      shutDown(asked, mode).then(
        () => {
          resolve(EXIT.ok);
        },
        (error: unknown) => {
          log.error({ err: error }, 'the host failed to shut down cleanly');
          resolve(EXIT.failed);
        },
      );
    };
    const take = (signal: NodeJS.Signals): void => {
      if (!isShuttingDown) {
        begin({ signal }, onExit);
        return;
      }
      log.warn({ signal }, 'killing the services that are still running');
      host.killRemaining().catch((error: unknown) => {
        log.error({ err: error }, 'failed to kill the services');
      });
    };
    const onSignal = withoutRepetitions(take, () => performance.now());
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    void host.shutdownRequested.then((mode) => {
      if (!isShuttingDown) begin({ asked: 'POST /api/shutdown' }, mode);
    });
  });
}

/** SIGHUP tells daemons to reload their configuration. */
function reloadOnSignal(host: Host, manager: ServiceManager, log: AppLog): void {
  process.on('SIGHUP', () => {
    manager.reloading();
    host
      .reload()
      .then(
        ({ changes, skipped }) => {
          log.info({ changes, skipped }, 'the configuration was reloaded');
        },
        (error: unknown) => {
          log.error({}, `the configuration was not reloaded and nothing changed: ${messageOf(error)}`);
        },
      )
      .finally(() => {
        manager.reloaded(host.url);
      });
  });
}

/**
 * An uncaught error ends the host: its state is in the store, its services keep running, and the next host adopts them.
 */
function exitOnCrash(log: AppLog, recordInJournal: (error: Error) => Promise<void> | undefined): Promise<number> {
  return new Promise((resolve) => {
    process.once('uncaughtException', (error) => {
      log.error({ err: error }, 'the host crashed; its services keep running and the next host adopts them');
      const recordCrash = async (): Promise<void> => {
        await recordInJournal(error);
        await log.close();
      };
      const exit = (): void => {
        resolve(EXIT.failed);
      };
      // Another exception now finds no handler and ends the process at once, also with code 1 (Node uses 7 for an error
      // inside a handler).
      recordCrash().then(exit, exit);
    });
  });
}

function exitCodeOf(error: unknown): number {
  if (error instanceof HostLockedError) return EXIT.locked;
  const isUsage = [CoredinatorError, ListenError, TlsError, LogFileError, StateFolderError].some(
    (kind) => error instanceof kind,
  );
  return isUsage ? EXIT.usage : EXIT.failed;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
