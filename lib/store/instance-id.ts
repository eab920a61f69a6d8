import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const PATTERN = /^[0-9a-f-]{36}$/;

/**
 * The id of the instance that a state directory stands for, made the first time. Every process of the instance carries it. The
 * caller holds the host lock.
 */
export async function instanceIdOf(stateDir: string): Promise<string> {
  const file = join(stateDir, 'instance-id');
  const kept = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  if (PATTERN.test(kept.trim())) return kept.trim();
  const made = randomUUID();
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, `${made}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return made;
}
