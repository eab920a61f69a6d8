import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const folders: string[] = [];

/** A new empty folder that is removed after the test (see hooks.ts). */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-'));
  folders.push(folder);
  return folder;
}

/** Removes all folders created so far. */
export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** The pipes of a program, which may change its user and open its own output again. */
const OUTPUT_PIPE = /\/run\/[0-9a-f]{32}\/(out|err)$/;

/**
 * Everything below a folder that is accessible to other users, with its mode; links have no mode. The output pipes of
 * a launch may be written by anybody, but only if nobody else can enter their folder.
 */
export function openToOthers(folder: string): readonly string[] {
  const below = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return [folder, ...below].flatMap((path) => {
    const facts = lstatSync(path, { throwIfNoEntry: false });
    if (facts === undefined || facts.isSymbolicLink() || (facts.mode & 0o077) === 0) return [];
    if (OUTPUT_PIPE.test(path) && facts.isFIFO() && (facts.mode & 0o777) === 0o622) {
      return (lstatSync(dirname(path)).mode & 0o077) === 0 ? [] : [`622 ${path}`];
    }
    return [`${(facts.mode & 0o777).toString(8)} ${path}`];
  });
}
