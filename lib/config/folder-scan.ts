import { accessSync, constants, statSync, type Dirent, type Stats } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isInside } from './config-root.ts';

/** A file (or a link, which may lead to a file) below the base path. */
export interface ListedFile {
  readonly folder: string;
  readonly name: string;
  readonly isLink: boolean;
}

/** All files below a folder, and the unreadable folders. */
export interface Listing {
  readonly files: readonly ListedFile[];
  /** Each with its error code, for messages. */
  readonly unreadable: readonly string[];
}

/**
 * The result of inspecting a listed file. `unusable`: a matching name that cannot run, with the reason as a sentence.
 */
export type Inspected =
  /** The path is not a link. `isOpen`: any user of this machine can replace the program. */
  | { readonly type: 'executable'; readonly path: string; readonly fingerprint: string; readonly isOpen: boolean }
  | { readonly type: 'unusable'; readonly reason: string };

/** How many folders are read at the same time; the store uses the same threads. */
const PARALLEL_FOLDERS = 3;

/** Snapshots, repositories and state directories contain copies of programs that are not meant to be run. */
function isSkipped(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules';
}

/**
 * Lists a folder recursively. Follows no links to folders; skips `exclude` (absolute paths), hidden folders and
 * node_modules.
 */
export async function listFiles(root: string, exclude: ReadonlySet<string>): Promise<Listing> {
  const files: ListedFile[] = [];
  const unreadable: string[] = [];
  const folders = [root];
  const read = async (folder: string): Promise<void> => {
    for (const entry of await entriesOf(folder, unreadable)) {
      const { name } = entry;
      if (entry.isFile() || entry.isSymbolicLink()) {
        files.push({ folder, name, isLink: entry.isSymbolicLink() });
      } else if (entry.isDirectory() && !isSkipped(name) && !exclude.has(join(folder, name))) {
        folders.push(join(folder, name));
      }
    }
  };
  while (folders.length > 0) await Promise.all(folders.splice(0, PARALLEL_FOLDERS).map(read));
  return { files, unreadable };
}

/** A lack of resources of the host: a folder that is unreadable because of that may still contain programs. */
const OUT_OF_RESOURCES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

async function entriesOf(folder: string, unreadable: string[]): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (OUT_OF_RESOURCES.has(codeOf(error))) throw error;
    unreadable.push(`"${folder}" (${codeOf(error)})`);
    return [];
  }
}

/** Checks whether a file is (or links to) a regular file inside one of `roots` that this user may execute. */
export async function inspectFile(path: string, isLink: boolean, roots: readonly string[]): Promise<Inspected> {
  try {
    // The inspected file is launched, even if the link leads elsewhere by then.
    const target = isLink ? await realpath(path) : path;
    if (isLink && !(await isInsideAny(target, roots))) return { type: 'unusable', reason: outside(path, target) };
    // Its folder was read, or its path resolved, just now in another thread: its disk answers, and the system knows most
    // of this. Three more calls in other threads took a tenth of the processor time of a start.
    const [facts, folder, refusal] = [statSync(target), statSync(dirname(target)), refusalToRun(target)];
    if (!facts.isFile()) return { type: 'unusable', reason: `"${path}" is not a file` };
    if (refusal !== null) return { type: 'unusable', reason: refusalOf(path, codeOf(refusal)) };
    const isOpen = isOpenToAll(facts) || isOpenToAll(folder);
    const fingerprint = `${facts.ino}:${facts.size}:${facts.mtimeMs}:${facts.mode}`;
    return { type: 'executable', path: target, fingerprint, isOpen };
  } catch (error) {
    return { type: 'unusable', reason: refusalOf(path, codeOf(error)) };
  }
}

/** Null: this user may execute it. */
function refusalToRun(path: string): unknown {
  try {
    accessSync(path, constants.X_OK);
    return null;
  } catch (error) {
    return error;
  }
}

async function isInsideAny(target: string, roots: readonly string[]): Promise<boolean> {
  // A missing root contains nothing.
  const resolved = await Promise.all(roots.map((root) => realpath(root).catch(() => null)));
  return resolved.some((root) => root !== null && isInside(target, root));
}

function outside(path: string, target: string): string {
  return `"${path}" leads to "${target}", outside of the base path; allow its folder with --executable-root`;
}

/** In a folder with the sticky bit, users cannot replace the files of others. */
function isOpenToAll({ mode }: Stats): boolean {
  return process.platform !== 'win32' && (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
}

function refusalOf(path: string, code: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `"${path}" is not executable; run chmod +x on it`;
    case 'ENOENT':
      return `"${path}" is a broken link or no longer exists`;
    default:
      return `"${path}" cannot be used (${code})`;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
