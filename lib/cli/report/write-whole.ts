import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join, basename, resolve } from 'node:path';
import { systemErrorText } from '../../model/system-error.ts';
import { OptionError } from '../serve/option-values.ts';

/**
 * Writes a file that only its owner may read, all of it or nothing: an earlier one stays until the new one is complete.
 * Throws OptionError if there is no place for it.
 */
export function writeWhole(file: string, text: string): void {
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) throw new OptionError(`--output: there is no folder "${folder}"; create it first.`);
  const known = existsSync(file) ? statSync(file) : null;
  if (known?.isDirectory() === true) throw new OptionError(`--output: "${file}" is a folder; name a file in it.`);
  try {
    // A device or a pipe stays what it is.
    if (known !== null && !known.isFile()) write(file, 'w', text);
    else replace(known === null ? file : realpathSync(file), text);
  } catch (error) {
    throw new OptionError(`--output: "${file}" cannot be written: ${systemErrorText(error)}.`);
  }
}

function replace(file: string, text: string): void {
  const partial = join(dirname(resolve(file)), `.${basename(file)}.${process.pid}.partial`);
  try {
    write(partial, 'wx', text);
    renameSync(partial, file);
  } catch (error) {
    if (existsSync(partial)) unlinkSync(partial);
    throw error;
  }
}

function write(file: string, flags: 'w' | 'wx', text: string): void {
  const fd = openSync(file, flags, 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    if (flags === 'wx') fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
