/**
 * Fails if a folder of sources or specs directly contains more than 20 source files, which is hard to grasp at a
 * glance. Subfolders are counted separately. Remedy: move files that belong together into a subfolder. Usage: node
 * scripts/check-folders.js
 */
import { readdirSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

const MAX_FILES = 20;
const SOURCES = new Set(['.ts', '.tsx', '.js', '.c', '.h']);
const TREES = ['lib', 'spec', 'scripts', 'bench', 'chaos'];

const root = join(import.meta.dirname, '..');

/** The number of source files by folder. */
function sizes() {
  const counts = new Map();
  const entries = TREES.flatMap((tree) => readdirSync(join(root, tree), { recursive: true, withFileTypes: true }));
  for (const entry of entries) {
    if (!entry.isFile() || !SOURCES.has(extname(entry.name))) continue;
    const folder = relative(root, entry.parentPath).split(sep).join('/');
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return counts;
}

const tooBig = [...sizes()].filter(([, count]) => count > MAX_FILES);
for (const [folder, count] of tooBig) {
  console.error(
    `${folder}: ${count} source files, at most ${MAX_FILES} are allowed; move files that belong together into a subfolder.`,
  );
}
if (tooBig.length > 0) process.exitCode = 1;
