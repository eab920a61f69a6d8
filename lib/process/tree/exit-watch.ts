import { watch, type FSWatcher } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Log } from '../../ports/log.ts';

const LIST_INTERVAL_MS = 5_000;

/**
 * Reports exit records as soon as they appear, with one watch for all launches. As the kernel drops events when its
 * queue is full, the folder is also listed every 5 s; a name may be reported more than once.
 */
export class ExitWatch {
  readonly #folder: string;
  readonly #appeared: (name: string) => void;
  readonly #log: Log;
  readonly #listTimer: NodeJS.Timeout;
  #watcher: FSWatcher | null = null;

  constructor(folder: string, appeared: (name: string) => void, log: Log) {
    this.#folder = folder;
    this.#appeared = appeared;
    this.#log = log;
    this.#open();
    this.#listTimer = setInterval(() => void this.#list(), LIST_INTERVAL_MS).unref();
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
    this.#log.warn({ err: error, folder: this.#folder }, 'cannot watch the exit records; checking every 5 s instead');
  }

  async #list(): Promise<void> {
    try {
      for (const name of await readdir(this.#folder)) this.#notify(name);
    } catch (error) {
      this.#log.error({ err: error, folder: this.#folder }, 'cannot list the exit records');
    }
  }

  #notify(name: string): void {
    if (!name.startsWith('.')) this.#appeared(name);
  }

  close(): void {
    clearInterval(this.#listTimer);
    this.#watcher?.close();
    this.#watcher = null;
  }
}
