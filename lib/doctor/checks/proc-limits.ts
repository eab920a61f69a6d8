import { existsSync, readFileSync } from 'node:fs';

/**
 * The hard limit of a resource of this process, by its name in /proc (`Max open files`); null: no limit, or unknown.
 */
export function hardLimit(name: string): number | null {
  if (!existsSync('/proc/self/limits')) return null;
  return parseHardLimit(readFileSync('/proc/self/limits', 'latin1'), name);
}

/** The third column of the line with this name. */
export function parseHardLimit(text: string, name: string): number | null {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  const [, hard] = line?.slice(name.length).trim().split(/\s+/) ?? [];
  const limit = Number(hard ?? NaN);
  return Number.isSafeInteger(limit) ? limit : null;
}
