import { EMPTY_WORLD } from './world.ts';
import type { World } from './world.ts';

/** Holds the current world and notifies its subscribers of changes. */
export class Store {
  #world: World = EMPTY_WORLD;
  readonly #watchers = new Set<() => void>();

  readonly get = (): World => this.#world;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Replaces the current world. */
  update(change: (world: World) => World): void {
    const next = change(this.#world);
    if (next === this.#world) return;
    this.#world = next;
    for (const watcher of this.#watchers) watcher();
  }
}
