import { LIMIT_NAMES, type LimitName, type ResourceLimits } from '../model/values/limits.ts';
import type { LaunchId } from '../model/values/ids.ts';

/** The limits in the order of the arguments of a shim. */
export const LIMITS = Object.keys(LIMIT_NAMES) as LimitName[]; // its type has exactly these keys

/** The limits as arguments of a shim, in order: a decimal number, `unlimited`, or empty for an unchanged limit. */
export function limitArguments(limits: ResourceLimits): readonly string[] {
  return LIMITS.map((name) => String(limits[LIMIT_NAMES[name]] ?? ''));
}

/** A launch whose shim is process 1 of a container. */
export interface PodShim {
  readonly launchId: LaunchId;
  /** The file with the environment, see `permitOf`. */
  readonly permitFile: string;
  /** The file that the container's runtime reads when the container has ended. */
  readonly endFile: string;
  /** The number of the signal on Linux. */
  readonly stopSignal: number;
  readonly graceMs: number;
  /** Null: the working directory of the container. */
  readonly cwd: string | null;
  readonly limits: ResourceLimits;
  readonly command: readonly [string, ...string[]];
}

/** The command line behind the file of the native shim that runs a launch as process 1 of a container. */
export function podArguments(shim: PodShim): readonly string[] {
  const { launchId, permitFile, endFile, stopSignal, graceMs, cwd, limits, command } = shim;
  const stop = [String(stopSignal), String(Math.round(graceMs))];
  return ['pod', launchId, permitFile, endFile, ...stop, cwd ?? '', ...limitArguments(limits), '--', ...command];
}

/** A command in the container of a launch. */
export interface PodCommand {
  /** Then it is killed, with all that it started. */
  readonly limitMs: number;
  readonly permitFile: string;
  readonly cwd: string;
  readonly command: readonly string[];
}

/** The command line behind the file of the native shim that runs a command as the program of the container runs. */
export function podCommandArguments({ limitMs, permitFile, cwd, command }: PodCommand): readonly string[] {
  return ['exec', String(Math.ceil(limitMs)), permitFile, cwd, ...command];
}

/** The content of the file with the environment of a launch in a container. No value contains a NUL character. */
export function permitOf(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}\0`)
    .join('');
}
