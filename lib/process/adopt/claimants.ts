import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TaggedProcess } from './tagged-processes.ts';

/** Which instance a host is, and where. */
export interface OwnInstance {
  readonly instanceId: string;
  readonly basePath: string;
  readonly stateDir: string;
  /** The instance that a state directory belongs to now; null: there is none. */
  readonly instanceAt: (stateDir: string) => string | null;
}

/**
 * Whose a tagged process is.
 *
 * - `ours`: this instance launched it.
 * - `abandoned`: a host of this base path launched it, and the state directory of that host is gone or was replaced. Nobody else
 *   can know about it.
 * - `theirs`: another instance, which is still there.
 */
export type Claimant = 'ours' | 'abandoned' | 'theirs';

/** Decides for the processes of one search; state directories are looked at once. */
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
    return resolve(path); // it is gone
  }
}
