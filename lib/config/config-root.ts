import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';

/** Whether a path is a folder or lies below it; both absolute and without links. */
export function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`);
}

/**
 * The path that a path leads to, if that lies in `root`, else null. What does not exist is judged by the nearest folder that does,
 * so that the answer does not tell which files exist elsewhere. To be opened without following a link again.
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
    return parent === path ? path : join(await nearestReal(parent), basename(path)); // why it cannot be read, the reading says
  }
}
