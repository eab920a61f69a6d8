import type { LaunchFailure } from '../model/process.ts';

/** A refusal after which another attempt may succeed. */
export function transient(code: string, message: string): LaunchFailure {
  return { code, isPermanent: false, message };
}
