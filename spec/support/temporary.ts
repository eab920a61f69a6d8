import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

/** A new empty folder that is removed after the test (see hooks.ts). */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-'));
  folders.push(folder);
  return folder;
}

/** Removes every folder made so far. */
export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
