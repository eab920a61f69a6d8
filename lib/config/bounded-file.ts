import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** The result of reading a file. `failed` has the error code of the system, such as `ENOENT`. */
export type FileRead =
  | { readonly type: 'read'; readonly bytes: Uint8Array }
  | { readonly type: 'not_a_file' }
  | { readonly type: 'too_large' }
  | { readonly type: 'failed'; readonly code: string; readonly cause: unknown };

/** Opening a FIFO must not wait for its writer; Windows does not have these flags. */
const { O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as { readonly O_NONBLOCK?: number; readonly O_NOFOLLOW?: number }; // their type says that they always exist

/**
 * Reads a regular file of at most `maxBytes`; with `isResolved` a link at the end of the path is rejected. Never
 * throws.
 */
export async function readBounded(path: string, maxBytes: number, { isResolved = false } = {}): Promise<FileRead> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, constants.O_RDONLY | O_NONBLOCK | (isResolved ? O_NOFOLLOW : 0));
    const facts = await file.stat();
    if (!facts.isFile()) return { type: 'not_a_file' };
    if (facts.size > maxBytes) return { type: 'too_large' };
    const bytes = await contentOf(file, facts.size);
    return bytes.length > maxBytes ? { type: 'too_large' } : { type: 'read', bytes }; // it grew, or its kind has no size
  } catch (error) {
    return {
      type: 'failed',
      code: error instanceof Error && 'code' in error ? String(error.code) : String(error),
      cause: error,
    };
  } finally {
    file?.close().catch(() => undefined); // nothing was written
  }
}

/** One read is enough for a file of that size. If it has changed, or its kind has no size, it is read again. */
async function contentOf(file: FileHandle, size: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(size + 1);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  return bytesRead === size ? buffer.subarray(0, size) : file.readFile();
}
