import { watch, type FSWatcher } from 'node:fs';
import { inodeOf } from './files.ts';

/**
 * Tells of log folders that appear: that of a service is made with its first launch. It tells nothing while the folder
 * that contains them cannot be watched; each call of `open` tries again.
 */
export class NewFolders {
  readonly #parent: string;
  readonly #appeared: (name: string) => void;
  #watcher: FSWatcher | null = null;

  constructor(parent: string, appeared: (name: string) => void) {
    this.#parent = parent;
    this.#appeared = appeared;
  }

  open(): void {
    const inode = this.#watcher === null ? inodeOf(this.#parent) : null;
    if (inode === null) return;
    try {
      this.#watcher = watch(this.#parent, { persistent: false }, (type, name) => {
        if (inodeOf(this.#parent) !== inode) this.close();
        else if (type === 'rename' && name !== null) this.#appeared(name);
      });
      this.#watcher.on('error', () => {
        this.close();
      });
    } catch {
      // The system has no watches left.
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }
}
