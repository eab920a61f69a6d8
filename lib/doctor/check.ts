import type { LoadedConfig } from '../config/spec-source.ts';
import type { HostLockFacts } from '../store/host-lock.ts';

/** `skipped`: there is nothing to look at here, or looking was not possible; the detail says which. */
export type Status = 'ok' | 'warn' | 'fail' | 'skipped';

/** What a check came to. A remedy says what to do, in commands where there are some; one stands with every `warn` and `fail`. */
export interface Finding {
  readonly status: Status;
  readonly detail: string;
  readonly remedy: string | null;
}

/** What is examined: a machine, for a host that would be run on it like this. Paths are absolute, and need not be there. */
export interface DoctorRequest {
  readonly basePath: string;
  readonly stateDir: string;
  /** Folders outside of the base path that links to executables may lead into. */
  readonly executableRoots: readonly string[];
  /** Null: the `coredinator.yaml` of the base path, if there is one. */
  readonly configFile: string | null;
  /** Where the API would listen: an address (IPv6 without brackets; port 0: any free one), or the path of a Unix socket. */
  readonly place:
    | { readonly type: 'tcp'; readonly host: string; readonly port: number }
    | { readonly type: 'unix'; readonly path: string };
  /** Files that nobody else may read: those of tokens, and the key of the certificate. */
  readonly secretFiles: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** The request with what several checks want to know. */
export interface Patient extends DoctorRequest {
  /** The state directory, or as long as there is none the nearest folder above it. */
  readonly stateFolder: string;
  readonly lock: HostLockFacts;
  /** Why nobody could look whether a host runs; null: it could be seen. */
  readonly lockProblem: string | null;
  /** The configuration, or why it cannot be used. */
  readonly config: LoadedConfig | Error;
  /** How many services there are: those of the configuration, and those that have ever been launched. */
  readonly services: number;
}

/** One question to the machine. A check that throws has failed with the message. */
export interface Check {
  /** For programs; it never changes. */
  readonly id: string;
  readonly title: string;
  readonly examine: (patient: Patient) => Finding | Promise<Finding>;
}

/** All is well. */
export function ok(detail: string): Finding {
  return { status: 'ok', detail, remedy: null };
}

/** A host runs, but not as well as it could. */
export function warn(detail: string, remedy: string): Finding {
  return { status: 'warn', detail, remedy };
}

/** A host would not run, or not keep what it promises. */
export function fail(detail: string, remedy: string): Finding {
  return { status: 'fail', detail, remedy };
}

/** Nothing to look at. */
export function skipped(detail: string): Finding {
  return { status: 'skipped', detail, remedy: null };
}
