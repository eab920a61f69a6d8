import { statSync, watch, type FSWatcher } from 'node:fs';

/** What a watched folder reports. */
export interface FolderEvents {
  /** Something in it has changed; `added`: the name of what was added or removed, as far as the system says it. */
  readonly changed: (added: string | null) => void;
  /** It is no longer the folder of that name, or cannot be watched further; called before the last change. */
  readonly lost: () => void;
}

/** Has the system watch a folder. Null: it is not there, or the system has no watches left. Never throws. */
export function watchFolder(folder: string, { changed, lost }: FolderEvents): FSWatcher | null {
  const inode = inodeOf(folder);
  if (inode === null) return null;
  try {
    const watcher = watch(folder, { persistent: false }, (type, name) => {
      if (type === 'rename' && inodeOf(folder) !== inode) lost();
      changed(type === 'rename' ? name : null);
    });
    return watcher.on('error', lost);
  } catch {
    return null;
  }
}

/** By which another folder of the same name is noticed. Null: it is not there, or its disk does not say. */
function inodeOf(folder: string): number | null {
  try {
    return statSync(folder).ino;
  } catch {
    return null;
  }
}
