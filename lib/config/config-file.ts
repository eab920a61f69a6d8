import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ConfigUnreadableError } from '../model/errors.ts';

const MAX_BYTES = 1024 * 1024;
/** Opening a FIFO must not wait for its writer; the flag does not exist on Windows. */
const FLAGS = constants.O_RDONLY | ((constants as { readonly O_NONBLOCK?: number }).O_NONBLOCK ?? 0); // typed as always there

/** Reads a configuration file of at most 1 MiB. Throws ConfigUnreadableError, which says what to do about it. */
export async function readConfigFile(path: string): Promise<Uint8Array> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, FLAGS);
    const facts = await file.stat();
    if (!facts.isFile()) throw notAFile(path);
    if (facts.size > MAX_BYTES) throw tooLarge(path);
    const bytes = await file.readFile();
    if (bytes.length > MAX_BYTES) throw tooLarge(path); // it grew, or is of a kind that has no size
    return bytes;
  } catch (error) {
    throw error instanceof ConfigUnreadableError ? error : unreadable(path, error);
  } finally {
    await file?.close();
  }
}

function notAFile(path: string): ConfigUnreadableError {
  return new ConfigUnreadableError(`The configuration "${path}" is not a file; give the path of a YAML file.`);
}

function tooLarge(path: string): ConfigUnreadableError {
  return new ConfigUnreadableError(
    `The configuration file "${path}" is larger than 1 MiB; move its data into files of their own.`,
  );
}

function unreadable(path: string, cause: unknown): ConfigUnreadableError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return refusal(`There is no configuration file "${path}"; create it or correct the path.`, cause);
    case 'EACCES':
    case 'EPERM':
      return refusal(
        `The configuration file "${path}" must not be read by this user; allow it, for example with chmod +r.`,
        cause,
      );
    case 'EISDIR':
      return refusal(`The configuration "${path}" is a folder; give the path of a YAML file.`, cause);
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
