import { ConfigOutsideRootError, ConfigUnreadableError } from '../model/errors.ts';
import { readBounded, type FileRead } from './bounded-file.ts';
import { resolvedInside } from './config-root.ts';

const MAX_BYTES = 1024 * 1024;

/** Reads a configuration file of at most 1 MiB. Throws ConfigUnreadableError, which says what to do about it. */
export async function readConfigFile(path: string): Promise<Uint8Array> {
  return bytesOf(path, await readBounded(path, MAX_BYTES));
}

/**
 * Like {@link readConfigFile}, but throws ConfigOutsideRootError for a path that leads out of `root`; null: no root.
 */
export async function readConfigFileIn(root: string | null, path: string): Promise<Uint8Array> {
  if (root === null) return readConfigFile(path);
  const resolved = await resolvedInside(path, root);
  if (resolved === null) throw new ConfigOutsideRootError(path, root);
  return bytesOf(path, await readBounded(resolved, MAX_BYTES, { isResolved: true }));
}

/** Like {@link readConfigFile}, but returns null if the file does not exist. */
export async function readConfigFileIfAny(path: string): Promise<Uint8Array | null> {
  const result = await readBounded(path, MAX_BYTES);
  const isAbsent = result.type === 'failed' && (result.code === 'ENOENT' || result.code === 'ENOTDIR');
  return isAbsent ? null : bytesOf(path, result);
}

function bytesOf(path: string, result: FileRead): Uint8Array {
  switch (result.type) {
    case 'read':
      return result.bytes;
    case 'not_a_file':
      throw new ConfigUnreadableError(`The configuration "${path}" is not a file; use the path of a YAML file.`);
    case 'too_large':
      throw new ConfigUnreadableError(
        `The configuration file "${path}" is larger than 1 MiB; move its data into separate files.`,
      );
    case 'failed':
      throw unreadable(path, result.code, result.cause);
  }
}

function unreadable(path: string, code: string, cause: unknown): ConfigUnreadableError {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return refusal(`The configuration file "${path}" does not exist; create it or correct the path.`, cause);
    case 'EACCES':
    case 'EPERM':
      return refusal(
        `The configuration file "${path}" is not readable by this user; make it readable, for example with chmod +r.`,
        cause,
      );
    case 'EISDIR':
      return refusal(`The configuration "${path}" is a folder; use the path of a YAML file.`, cause);
    default:
      return refusal(
        `The configuration file "${path}" cannot be read (${code}); check the path and its folder.`,
        cause,
      );
  }
}

function refusal(message: string, cause: unknown): ConfigUnreadableError {
  return new ConfigUnreadableError(message, { cause });
}
