import type { ExitMode } from '../control/control.ts';
import type { TokenOrigins } from '../http/access/tokens.ts';
import type { ListenPlace } from '../http/server/listen-error.ts';
import type { TlsFiles } from '../http/server/tls-files.ts';
import type { OrphanPolicy } from '../ports/process-host.ts';

/** The least severe records that are written. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** How the host is to be run (contract 2). All paths are absolute. */
export interface ServeOptions {
  readonly basePath: string;
  readonly stateDir: string;
  /** The configuration file that was given; null: the `coredinator.yaml` of the base path, if there is one. */
  readonly configFile: string | null;
  /** The folder that the files of agents must lie in; null: they may lie anywhere. */
  readonly configRoot: string | null;
  /** Folders outside of the base path that links to executables may lead into. */
  readonly executableRoots: readonly string[];
  readonly place: ListenPlace;
  /** Null: plain HTTP. */
  readonly tls: TlsFiles | null;
  /** What SIGTERM and SIGINT do to the services: leave them running, or stop them all in order first. */
  readonly onExit: ExitMode;
  readonly orphans: OrphanPolicy;
  readonly access: TokenOrigins;
  readonly allowedHosts: readonly string[];
  readonly corsOrigins: readonly string[];
  /** The page that /inspector opens. */
  readonly inspectorUrl: string;
  readonly logLevel: LogLevel;
  readonly logFile: string | null;
}
