import type { ExitMode } from '../control/control.ts';
import type { TokenOrigins } from '../http/access/tokens.ts';
import type { ListenPlace } from '../http/server/listen-error.ts';
import type { TlsFiles } from '../http/server/tls-files.ts';
import type { EngineName } from '../model/engine.ts';
import type { OrphanPolicy } from '../ports/process-host.ts';

/** The lowest severity of records to write. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** How to run the host (contract 2). All paths are absolute. */
export interface ServeOptions {
  /** What people call this host. */
  readonly name: string;
  readonly basePath: string;
  readonly stateDir: string;
  /** The given configuration file; null: the `coredinator.yaml` of the base path, if there is one. */
  readonly configFile: string | null;
  /** The folder that must contain the files of agents; null: any folder. */
  readonly configRoot: string | null;
  /** Folders outside of the base path that links to executables may lead into. */
  readonly executableRoots: readonly string[];
  readonly place: ListenPlace;
  /** Null: plain HTTP. */
  readonly tls: TlsFiles | null;
  /** What SIGTERM and SIGINT do with the services: leave them running, or stop all of them in order first. */
  readonly onExit: ExitMode;
  readonly orphans: OrphanPolicy;
  /** Null: as the configuration says. */
  readonly engine: EngineName | null;
  readonly access: TokenOrigins;
  readonly allowedHosts: readonly string[];
  readonly corsOrigins: readonly string[];
  /** Where services can reach the API; null: where it listens. */
  readonly advertiseUrl: string | null;
  /** The page that /inspector opens. */
  readonly inspectorUrl: string;
  readonly logLevel: LogLevel;
  readonly logFile: string | null;
}
