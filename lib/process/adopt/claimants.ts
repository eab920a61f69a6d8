import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TaggedProcess } from './tagged-processes.ts';

/** The identity of a host. */
export interface OwnInstance {
  readonly instanceId: string;
  readonly basePath: string;
  readonly stateDir: string;
  /** The instance that a state directory belongs to now; null: there is none. */
  readonly instanceAt: (stateDir: string) => string | null;
}

/**
 * To whom a tagged process belongs.
 *
 * - `ours`: this instance launched it.
 * - `abandoned`: a host of this base path launched it, and the state directory of that host is gone or was replaced. No
 * other host
 *   can know about it.
 * - `theirs`: another instance launched it, which still exists.
 */
export type Claimant = 'ours' | 'abandoned' | 'theirs';

/** Decides this for the processes of one search; reads each state directory once. */
export class Claimants {
  readonly #own: OwnInstance;
  readonly #realBase: string;
  readonly #instances = new Map<string, string | null>();

  constructor(own: OwnInstance) {
    this.#own = own;
    this.#realBase = realPathOf(own.basePath);
  }

  of({ instanceId, origin }: Pick<TaggedProcess, 'instanceId' | 'origin'>): Claimant {
    if (instanceId === this.#own.instanceId) return 'ours';
    if (origin.stateDir !== null && this.#instanceAt(origin.stateDir) === instanceId) return 'theirs';
    return this.#isOfOurBase(origin) ? 'abandoned' : 'theirs';
  }

  #isOfOurBase({ basePath, files }: TaggedProcess['origin']): boolean {
    if (basePath !== null) return basePath === this.#own.basePath || realPathOf(basePath) === this.#realBase;
    return files.some((file) => file.startsWith(`${this.#realBase}/`) || file.startsWith(`${this.#own.basePath}/`));
  }

  #instanceAt(stateDir: string): string | null {
    const known = this.#instances.get(stateDir);
    if (known !== undefined) return known;
    const found = this.#own.instanceAt(stateDir);
    this.#instances.set(stateDir, found);
    return found;
  }
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path); // the path no longer exists
  }
}
