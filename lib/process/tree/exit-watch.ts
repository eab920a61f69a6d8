import { watch, type FSWatcher } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Log } from '../../ports/log.ts';

const BELT_MS = 5_000;

/**
 * Tells of exit records the moment they appear: one watch for all launches. As the kernel drops events when its queue is
 * full, the folder is also listed every 5 s; a name may be told more than once.
 */
export class ExitWatch {
  readonly #folder: string;
  readonly #appeared: (name: string) => void;
  readonly #log: Log;
  readonly #belt: NodeJS.Timeout;
  #watcher: FSWatcher | null = null;

  constructor(folder: string, appeared: (name: string) => void, log: Log) {
    this.#folder = folder;
    this.#appeared = appeared;
    this.#log = log;
    this.#open();
    this.#belt = setInterval(() => void this.#list(), BELT_MS).unref();
  }

  #open(): void {
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, (_type, name) => {
        if (name === null) void this.#list();
        else this.#notify(name);
      });
      this.#watcher.on('error', (error) => {
        this.#lost(error);
      });
    } catch (error) {
      this.#lost(error);
    }
  }

  #lost(error: unknown): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#log.warn({ err: error, folder: this.#folder }, 'Cannot watch the exit records; looking every 5 s instead.');
  }

  async #list(): Promise<void> {
    try {
      for (const name of await readdir(this.#folder)) this.#notify(name);
    } catch (error) {
      this.#log.error({ err: error, folder: this.#folder }, 'Cannot list the exit records.');
    }
  }

  #notify(name: string): void {
    if (!name.startsWith('.')) this.#appeared(name);
  }

  close(): void {
    clearInterval(this.#belt);
    this.#watcher?.close();
    this.#watcher = null;
  }
}
