import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const suffix = (path) => `${path}.away`;

/** Renames something away. */
export function takeAway(path) {
  renameSync(path, suffix(path));
}

/** Puts it back. What was made in its place meanwhile and is not known there is moved into it. */
export function putBack(path) {
  if (!existsSync(suffix(path))) return;
  if (existsSync(path)) merge(path, suffix(path));
  renameSync(suffix(path), path);
}

function merge(from, to) {
  if (lstatSync(from).isDirectory()) {
    mkdirSync(to, { recursive: true });
    for (const name of readdirSync(from)) {
      const [source, target] = [join(from, name), join(to, name)];
      if (!existsSync(target)) renameSync(source, target);
      else if (lstatSync(source).isDirectory()) merge(source, target);
    }
  }
  rmSync(from, { recursive: true, force: true });
}
