import { EMPTY_WORLD } from './world/world.ts';
import type { World } from './world/world.ts';

/** Holds the present world and tells who watches that there is another one. */
export class Store {
  #world: World = EMPTY_WORLD;
  readonly #watchers = new Set<() => void>();

  readonly get = (): World => this.#world;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Puts another world in the place of the present one. */
  update(change: (world: World) => World): void {
    const next = change(this.#world);
    if (next === this.#world) return;
    this.#world = next;
    for (const watcher of this.#watchers) watcher();
  }
}
