import { getSystemErrorMap } from 'node:util';
import type { LaunchFailure } from '../model/process.ts';
import { unnamedError } from '../model/system-error.ts';
import { LIMIT_NAMES, type LimitName } from '../model/values/limits.ts';

/** The same file would be refused again: only another file, or other permissions, can help. */
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

const SUBJECT = {
  exec: 'The program',
  log: 'The log folder',
  cwd: 'The working directory',
  limits: 'The limit',
  user: 'The user',
  fork: 'A process for the program',
  lock: 'The lock file',
  claim: 'The claim of the launch',
  dir: 'The run folder',
  frame: 'The launch frame for',
  permit: 'The permit of the launch, a file with its environment,',
} as const;

const VERB: Partial<Readonly<Record<RefusedStep, string>>> = { fork: 'created', exec: 'run', limits: 'set' };

/** The steps that use the host's own files, not those of the service. */
const OWN_STEPS: ReadonlySet<RefusedStep> = new Set(['log', 'lock', 'claim', 'dir']);

/** Reasons that are clearer than the system's, by step and code. */
const KNOWN_REASONS: Readonly<Partial<Record<string, string>>> = {
  'limits EPERM': 'it is above the hard limit of the host',
  'user EPERM': 'the host may not run programs as another user; it needs CAP_SETUID and CAP_SETGID',
  'exec ETXTBSY': 'the file is still being written',
  'frame EINVAL':
    'the launcher is of another version than the host, so the package was replaced while the host runs; restart the host',
};

/** What a shim was doing when it gave up. */
export type RefusedStep = keyof typeof SUBJECT;

/** Why a launch failed, as reported by its shim; `limit` with the step `limits`. */
export interface Refusal {
  readonly step: RefusedStep;
  readonly errno: number;
  readonly limit?: LimitName;
}

/** The refusal in the fields of a report or a record; null if this host does not know the step. */
export function refusalIn({ step, errno, limit }: Readonly<Record<string, unknown>>): Refusal | null {
  if (!isRefusedStep(step) || typeof errno !== 'number') return null;
  return { step, errno, ...(isLimitName(limit) ? { limit } : {}) };
}

function isRefusedStep(step: unknown): step is RefusedStep {
  return typeof step === 'string' && Object.hasOwn(SUBJECT, step);
}

function isLimitName(limit: unknown): limit is LimitName {
  return typeof limit === 'string' && Object.hasOwn(LIMIT_NAMES, limit);
}

function describedBy(errno: number): readonly [string, string] {
  return getSystemErrorMap().get(-errno) ?? unnamedError(errno) ?? [`E${errno}`, `error ${errno}`];
}

/**
 * The failure that a shim reported. Only a refused exec can be permanent: another program file does not help if the
 * working directory is missing or the disk is full. `found` is the reason according to the file itself.
 */
export function failureOf(
  step: RefusedStep,
  errno: number,
  subject: string,
  found: string | null = null,
): LaunchFailure {
  const [code, described] = describedBy(errno);
  const isPermanent = step === 'exec' && PERMANENT.has(code);
  const reason = found ?? KNOWN_REASONS[`${step} ${code}`] ?? described;
  return {
    code: OWN_STEPS.has(step) && isMissing(code) ? 'ESTATE' : code,
    isPermanent,
    message: `${SUBJECT[step]} "${subject}" cannot be ${VERB[step] ?? 'used'}: ${reason} (${code}).`,
  };
}

/** Whether an error of this code says that a file or folder is missing. */
export function isMissing(code: string): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The name of a system error number. */
export function errorName(errno: number): string {
  return describedBy(errno)[0];
}
