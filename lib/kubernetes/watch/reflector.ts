import type { Clock, Timers } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { hasStatus } from '../api/api-error.ts';
import type { ApiStream } from '../api/api-stream.ts';
import type { KubernetesClient } from '../api/client.ts';
import type { ApiList, ApiObject } from '../api/objects.ts';
import { parseWatchEvent, WatchExpired } from './watch-event.ts';

const PAGE = 500;
/** The API server sends a bookmark about once a minute: a watch without a byte for longer is dead. */
const IDLE_MS = 75_000;
const WATCH_MIN_S = 240;
const WATCH_SPREAD_S = 60;
const LIST_AGAIN_MS = 600_000;
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 5_000;
const MAX_DOUBLINGS = 6;
/** A watch that ended sooner counts as failed, so that a server that ends each one at once is not stormed. */
const MIN_WATCH_MS = 1_000;

export interface ReflectorOptions<T extends ApiObject> {
  readonly client: KubernetesClient;
  /** Of the collection, such as `/api/v1/namespaces/plant/pods`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds on a clock that is never set. */
  readonly steadyMs?: () => number;
  readonly idleMs?: number;
  /** The state of an object, at least once after each change; it may come again, and an older one after a newer one. */
  readonly observed: (object: T) => void;
  /** An object that is certainly gone, in the state that was last observed. */
  readonly gone: (object: T) => void;
  /** The collection can be watched again, or (an error) no longer. Called once for each change. */
  readonly reached?: (error: unknown) => void;
}

type State =
  | { readonly type: 'idle' }
  | { readonly type: 'listing' }
  | { readonly type: 'watching'; readonly stream: ApiStream }
  | { readonly type: 'waiting'; readonly wake: () => void }
  | { readonly type: 'closed' };

/**
 * Follows a collection of objects: lists them, and watches from there. Whatever ends a watch, another one begins; what is
 * missing from a list counts as gone only after a request for that object has said so.
 */
export class Reflector<T extends ApiObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #steadyMs: () => number;
  /** By name, as last observed. */
  readonly #known = new Map<string, T>();
  #state: State = { type: 'idle' };
  /** Where the next watch begins; null: with a list. */
  #version: string | null = null;
  #listedAt = 0;
  #failures = 0;
  #error: unknown = null;
  #onSynced: (() => void)[] = [];
  #isSynced = false;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#steadyMs = options.steadyMs ?? (() => performance.now());
  }

  /** Why the collection cannot be followed now; null: it can, as far as is known. */
  get error(): unknown {
    return this.#error;
  }

  /** Whether a complete list was observed since the beginning. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  get(name: string): T | null {
    return this.#known.get(name) ?? null;
  }

  all(): readonly T[] {
    return [...this.#known.values()];
  }

  /** Begins to follow; resolves when the first list was observed, or the reflector is closed. */
  start(): Promise<void> {
    if (this.#state.type === 'idle') void this.#run();
    return this.synced();
  }

  /** Resolves when a complete list was observed, or the reflector is closed. */
  synced(): Promise<void> {
    if (this.#isSynced || this.#isClosed()) return Promise.resolve();
    return new Promise((resolve) => this.#onSynced.push(resolve));
  }

  /** Tries now, if it waits for another attempt. */
  hurry(): void {
    if (this.#state.type === 'waiting') this.#state.wake();
  }

  close(): void {
    const state = this.#state;
    this.#state = { type: 'closed' };
    if (state.type === 'watching') state.stream.close();
    if (state.type === 'waiting') state.wake();
    this.#settle();
  }

  #settle(): void {
    for (const resolve of this.#onSynced.splice(0)) resolve();
  }

  #isClosed(): boolean {
    return this.#state.type === 'closed';
  }

  async #run(): Promise<void> {
    while (!this.#isClosed()) {
      try {
        await this.#round();
      } catch (error) {
        if (this.#isClosed()) return;
        if (error instanceof WatchExpired || hasStatus(error, 410)) this.#version = null;
        else this.#failed(error);
        await this.#wait();
      }
    }
  }

  async #round(): Promise<void> {
    if (this.#version === null || this.#steadyMs() - this.#listedAt >= LIST_AGAIN_MS) {
      this.#state = { type: 'listing' };
      const objects = await this.#list();
      if (this.#isClosed()) return;
      await this.#listed(objects);
      if (this.#isClosed()) return;
      this.#succeeded();
      this.#isSynced = true;
      this.#settle();
    }
    await this.#watch();
  }

  async #list(): Promise<readonly T[]> {
    const { client, path, labelSelector } = this.#options;
    const items: T[] = [];
    let next: string | undefined;
    do {
      const page: ApiList<T> = await client.get(path, { labelSelector, limit: PAGE, continue: next });
      items.push(...(page.items ?? []));
      next = page.metadata?.continue === '' ? undefined : page.metadata?.continue;
      this.#version = page.metadata?.resourceVersion ?? null;
    } while (next !== undefined);
    this.#listedAt = this.#steadyMs();
    return items;
  }

  async #listed(objects: readonly T[]): Promise<void> {
    const names = new Set(objects.map(({ metadata }) => metadata.name));
    const missing = [...this.#known.values()].filter(({ metadata }) => !names.has(metadata.name));
    for (const object of objects) this.#observed(object);
    for (const object of missing) await this.#check(object);
  }

  /** An object that is missing from a list may still be there: lists can be incomplete (Spark 33711, 44609). */
  async #check(object: T): Promise<void> {
    const { client, path } = this.#options;
    try {
      this.#observed(await client.get<T>(`${path}/${object.metadata.name}`));
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
      this.#gone(object);
    }
  }

  #observed(object: T): void {
    if (this.#isClosed()) return;
    const before = this.#known.get(object.metadata.name);
    this.#known.set(object.metadata.name, object);
    if (before !== undefined && before.metadata.uid !== object.metadata.uid) this.#options.gone(before);
    this.#options.observed(object);
  }

  #gone(object: T): void {
    if (this.#isClosed()) return;
    const { name, uid } = object.metadata;
    if (this.#known.get(name)?.metadata.uid === uid) this.#known.delete(name);
    this.#options.gone(object);
  }

  async #watch(): Promise<void> {
    const { client, path, labelSelector, clock, idleMs = IDLE_MS } = this.#options;
    const startedAt = this.#steadyMs();
    const untilList = Math.ceil((LIST_AGAIN_MS - (startedAt - this.#listedAt)) / 1_000);
    const timeoutSeconds = Math.min(WATCH_MIN_S + Math.floor(clock.random() * WATCH_SPREAD_S), Math.max(1, untilList));
    const resourceVersion = this.#version ?? undefined;
    const query = { watch: true, allowWatchBookmarks: true, timeoutSeconds, resourceVersion, labelSelector };
    const stream = await client.stream(path, query, idleMs);
    if (this.#isClosed()) {
      stream.close();
      return;
    }
    this.#state = { type: 'watching', stream };
    this.#answered();
    try {
      for await (const line of stream.lines()) this.#take(line);
    } finally {
      stream.close();
    }
    if (this.#steadyMs() - startedAt >= MIN_WATCH_MS || this.#isClosed()) return;
    this.#failures += 1;
    await this.#wait();
  }

  #take(line: string): void {
    const event = parseWatchEvent<T>(line);
    this.#succeeded();
    const { object } = event;
    this.#version = object.metadata.resourceVersion ?? this.#version;
    if (event.type === 'BOOKMARK') return;
    if (event.type !== 'DELETED') {
      this.#observed(object);
      return;
    }
    this.#options.observed(object); // its last state may say how it ended
    this.#gone(object);
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#answered();
  }

  #answered(): void {
    if (this.#error === null) return;
    this.#error = null;
    this.#options.reached?.(null);
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#options.log.debug({ err: error, path: this.#options.path }, 'a watch failed; trying again');
    // A watch that breaks off is no problem: one that cannot be begun again is.
    if (this.#failures === 1 && this.#error === null) return;
    const isFirst = this.#error === null;
    this.#error = error;
    if (isFirst) this.#options.reached?.(error);
  }

  #wait(): Promise<void> {
    if (this.#isClosed()) return Promise.resolve();
    const { timers, clock } = this.#options;
    const ms = Math.min(FIRST_WAIT_MS * 2 ** Math.min(this.#failures, MAX_DOUBLINGS), MAX_WAIT_MS);
    return new Promise((resolve) => {
      const timer = timers.setTimeout(resolve, ms * (0.5 + clock.random() / 2));
      this.#state = {
        type: 'waiting',
        wake: () => {
          timers.clearTimeout(timer);
          resolve();
        },
      };
    });
  }
}
