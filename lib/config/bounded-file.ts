import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** What reading a file came to. `failed` has the code of the system, such as `ENOENT`. */
export type FileRead =
  | { readonly type: 'read'; readonly bytes: Uint8Array }
  | { readonly type: 'not_a_file' }
  | { readonly type: 'too_large' }
  | { readonly type: 'failed'; readonly code: string; readonly cause: unknown };

/** Opening a FIFO must not wait for its writer; the flag does not exist on Windows. */
const FLAGS = constants.O_RDONLY | ((constants as { readonly O_NONBLOCK?: number }).O_NONBLOCK ?? 0); // typed as always there

/** Reads a regular file of at most `maxBytes`. Never throws. */
export async function readBounded(path: string, maxBytes: number): Promise<FileRead> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, FLAGS);
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
