import type { LaunchFailure } from '../model/process.ts';

/** A refusal that the next attempt may not meet. */
export function transient(code: string, message: string): LaunchFailure {
  return { code, isPermanent: false, message };
}
