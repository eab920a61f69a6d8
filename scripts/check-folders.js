/**
 * Refuses a folder of lib/ with more than 20 source files side by side: more than that nobody takes in at one look. Folders below it
 * count by themselves. Remedy: give files that belong together a folder of their own. Usage: node scripts/check-folders.js
 */
import { readdirSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

const MOST = 20;
const SOURCES = new Set(['.ts', '.tsx', '.c', '.h']);

const root = join(import.meta.dirname, '..');

/** Source files by the folder that they stand in. */
function sizes() {
  const counts = new Map();
  for (const entry of readdirSync(join(root, 'lib'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !SOURCES.has(extname(entry.name))) continue;
    const folder = relative(root, entry.parentPath).split(sep).join('/');
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return counts;
}

const tooBig = [...sizes()].filter(([, count]) => count > MOST);
for (const [folder, count] of tooBig) {
  console.error(
    `${folder}: ${count} source files, ${MOST} at most; give files that belong together a folder of their own.`,
  );
}
if (tooBig.length > 0) process.exitCode = 1;
