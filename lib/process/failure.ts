import { getSystemErrorMap } from 'node:util';
import type { LaunchFailure } from '../model/process.ts';

/** The same file would be refused again: only another file, or other rights, can help. */
const PERMANENT: ReadonlySet<string> = new Set([
  'ENOENT',
  'EACCES',
  'EPERM',
  'ENOEXEC',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'EINVAL',
  'ELIBBAD',
  'E2BIG',
]);

/** Codes that exec has and libuv does not name. */
const EXEC_ONLY: ReadonlyMap<number, readonly [string, string]> = new Map([
  [8, ['ENOEXEC', 'exec format error']],
  [80, ['ELIBBAD', 'accessing a corrupted shared library']],
]);

const SUBJECT = {
  exec: 'The program',
  log: 'The log file',
  cwd: 'The working directory',
  fork: 'A process for the program',
  lock: 'The lock file',
  claim: 'The claim of the launch',
  dir: 'The run folder',
  frame: 'The order to run',
} as const;

/** What a shim was doing when it gave up. */
export type RefusedStep = keyof typeof SUBJECT;

/** Whether a report names a step that this host knows. */
export function isRefusedStep(step: unknown): step is RefusedStep {
  return typeof step === 'string' && Object.hasOwn(SUBJECT, step);
}

/** The code of an error of Node (`ENOENT`); empty when it carries none. */
export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : '';
}

/** A refusal that the next attempt may not meet. */
export function transient(code: string, message: string): LaunchFailure {
  return { code, isPermanent: false, message };
}

function described(errno: number): readonly [string, string] {
  return getSystemErrorMap().get(-errno) ?? EXEC_ONLY.get(errno) ?? [`E${errno}`, `error ${errno}`];
}

/**
 * The failure that a shim reported. Only a refused exec is ever permanent: no other program file would help against a missing
 * working directory or a full disk.
 */
export function failureOf(step: RefusedStep, errno: number, file: string): LaunchFailure {
  const [code, reason] = described(errno);
  const isPermanent = step === 'exec' && PERMANENT.has(code);
  const verb = step === 'fork' ? 'made' : step === 'exec' ? 'run' : 'used';
  return { code, isPermanent, message: `${SUBJECT[step]} "${file}" cannot be ${verb}: ${reason} (${code}).` };
}
