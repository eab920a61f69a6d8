import type { EngineName } from '../model/engine.ts';
import type { LoadedConfig } from '../config/spec-source.ts';
import type { HostLockFacts } from '../store/host-lock.ts';

/** `skipped`: nothing to check, or the check was not possible; the detail says which. */
export type Status = 'ok' | 'warn' | 'fail' | 'skipped';

/** The result of a check. The remedy says what to do, with commands if possible; every `warn` and `fail` has one. */
export interface Finding {
  readonly status: Status;
  readonly detail: string;
  readonly remedy: string | null;
}

/** The configuration of a host to check the machine for. Paths are absolute and need not exist. */
export interface DoctorRequest {
  readonly basePath: string;
  readonly stateDir: string;
  /** Folders outside of the base path that links to executables may lead into. */
  readonly executableRoots: readonly string[];
  /** Null: `coredinator.yaml` in the base path, if it exists. */
  readonly configFile: string | null;
  /** What would run the services; null: as the configuration says. */
  readonly engine: EngineName | null;
  /**
   * Where the API would listen: an address (IPv6 without brackets; port 0: any free one) or the path of a Unix socket.
   */
  readonly place:
    | { readonly type: 'tcp'; readonly host: string; readonly port: number }
    | { readonly type: 'unix'; readonly path: string };
  /** Files that other users must not be able to read: token files and the certificate's key. */
  readonly secretFiles: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** The request, with facts that several checks need. */
export interface CheckContext extends DoctorRequest {
  /** The state directory, or its nearest existing parent folder. */
  readonly stateFolder: string;
  readonly lock: HostLockFacts;
  /** Why it is unknown whether a host is running; null: it is known. */
  readonly lockProblem: string | null;
  /** The configuration, or the error of loading it. */
  readonly config: LoadedConfig | Error;
  /** The number of services, configured or ever launched. */
  readonly services: number;
}

/** One check of the machine. If it throws, it has failed with that message. */
export interface Check {
  /** For programs; it never changes. */
  readonly id: string;
  readonly title: string;
  /** The engines whose hosts need what it checks; absent: all of them. */
  readonly engines?: readonly EngineName[];
  readonly examine: (context: CheckContext) => Finding | Promise<Finding>;
}

/** A passed check. */
export function ok(detail: string): Finding {
  return { status: 'ok', detail, remedy: null };
}

/** A host would run, but not as well as it could. */
export function warn(detail: string, remedy: string): Finding {
  return { status: 'warn', detail, remedy };
}

/** A host would not run, or could not keep its guarantees. */
export function fail(detail: string, remedy: string): Finding {
  return { status: 'fail', detail, remedy };
}

/** Nothing to check. */
export function skipped(detail: string): Finding {
  return { status: 'skipped', detail, remedy: null };
}

/** Turns a line into a sentence. */
export function sentence(line: string): string {
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}${line.endsWith('.') ? '' : '.'}`;
}
