import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';

/** Whether a path is `root` or below it; both absolute and without links. */
export function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`);
}

/**
 * The target of a path if it is inside `root`, else null. A missing target is judged by the nearest existing folder, so
 * that the result does not reveal which files exist elsewhere. To be opened without following a link again.
 */
export async function resolvedInside(path: string, root: string): Promise<string | null> {
  const resolved = await nearestReal(path);
  return isInside(resolved, await nearestReal(root)) ? resolved : null;
}

async function nearestReal(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await nearestReal(parent), basename(path)); // reading it reports why it is unreadable
  }
}
