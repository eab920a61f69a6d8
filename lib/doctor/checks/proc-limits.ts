import { existsSync, readFileSync } from 'node:fs';

/** The hard limit of a resource of this process as /proc names it (`Max open files`); null: none, or it cannot be read. */
export function hardLimit(name: string): number | null {
  if (!existsSync('/proc/self/limits')) return null;
  return parseHardLimit(readFileSync('/proc/self/limits', 'latin1'), name);
}

/** The third column of the line that begins with a name. */
export function parseHardLimit(text: string, name: string): number | null {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  const [, hard] = line?.slice(name.length).trim().split(/\s+/) ?? [];
  const limit = Number(hard ?? NaN);
  return Number.isSafeInteger(limit) ? limit : null;
}
