import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** What reading a file came to. `failed` has the code of the system, such as `ENOENT`. */
export type FileRead =
  | { readonly type: 'read'; readonly bytes: Uint8Array }
  | { readonly type: 'not_a_file' }
  | { readonly type: 'too_large' }
  | { readonly type: 'failed'; readonly code: string; readonly cause: unknown };

/** Opening a FIFO must not wait for its writer; the flags do not exist on Windows. */
const { O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as { readonly O_NONBLOCK?: number; readonly O_NOFOLLOW?: number }; // typed as always there

/** Reads a regular file of at most `maxBytes`; of a path that is resolved already a link at its end is refused. Never throws. */
export async function readBounded(path: string, maxBytes: number, { isResolved = false } = {}): Promise<FileRead> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, constants.O_RDONLY | O_NONBLOCK | (isResolved ? O_NOFOLLOW : 0));
    const facts = await file.stat();
    if (!facts.isFile()) return { type: 'not_a_file' };
    if (facts.size > maxBytes) return { type: 'too_large' };
    const bytes = await file.readFile();
    return bytes.length > maxBytes ? { type: 'too_large' } : { type: 'read', bytes }; // it grew, or is of a kind that has no size
  } catch (error) {
    return {
      type: 'failed',
      code: error instanceof Error && 'code' in error ? String(error.code) : String(error),
      cause: error,
    };
  } finally {
    await file?.close();
  }
}
