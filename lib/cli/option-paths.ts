import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { resolve } from 'node:path';
import type { RawOption } from './raw-options.ts';

/** A value of the command line that cannot be used; the message names the option and what to give. */
export class OptionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OptionError';
  }
}

function statsOf({ source }: RawOption, path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    // With `throwIfNoEntry` off what is left is a path that may not be looked at, or that goes through a file.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`${source}: "${path}" cannot be looked at (${reason}).`, { cause });
  }
}

/** The absolute path of a folder that must exist. */
export function existingFolder(option: RawOption): string {
  const path = resolve(option.values[0]);
  const stats = statsOf(option, path);
  if (stats === undefined)
    throw new OptionError(`${option.source}: "${path}" does not exist; give an existing folder.`);
  if (!stats.isDirectory())
    throw new OptionError(`${option.source}: "${path}" is not a folder; give an existing folder.`);
  return path;
}

/** The absolute path of a file that must exist. */
export function existingFile(option: RawOption): string {
  const path = resolve(option.values[0]);
  const stats = statsOf(option, path);
  if (stats === undefined) throw new OptionError(`${option.source}: "${path}" does not exist; give an existing file.`);
  if (stats.isDirectory()) throw new OptionError(`${option.source}: "${path}" is a folder; give a file.`);
  return path;
}

/** The absolute path of a folder that will be made if it is not there. */
export function folderToBe(option: RawOption): string {
  const path = resolve(option.values[0]);
  if (statsOf(option, path)?.isDirectory() === false) {
    throw new OptionError(`${option.source}: "${path}" is not a folder; give a folder or a path that is free.`);
  }
  return path;
}

/** The absolute path of a file that will be made if it is not there. */
export function fileToBe(option: RawOption): string {
  const path = resolve(option.values[0]);
  if (statsOf(option, path)?.isDirectory() === true) {
    throw new OptionError(`${option.source}: "${path}" is a folder; give the path of a file.`);
  }
  return path;
}
