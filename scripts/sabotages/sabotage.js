import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Applies a sabotage to the sources in `root`. Returns a function that takes it back. Throws unless what it replaces is in the
 * file exactly once.
 */
export function sabotage(root, { name, file, find, replace }) {
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  const count = text.split(find).length - 1;
  if (count !== 1)
    throw new Error(`The sabotage "${name}" does not apply: ${file} has its text ${count} times, not once.`);
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  return () => writeFileSync(path, text);
}
