import { statSync, type BigIntStats } from 'node:fs';
import type { LaunchId } from '../../model/values/ids.ts';
import { codeOf } from '../os/error-code.ts';
import { readExit, type ExitRecord } from './launch-files.ts';
import type { Layout } from './layout.ts';
import { UnreadableRecord } from './record-text.ts';

/**
 * The folder of the exit records, as it was when this host started. Native shims keep it open: if it is renamed, they
 * write their records into it all the same, where this host does not find them.
 */
export class ExitsFolder {
  readonly #layout: Layout;
  readonly #known: string | null;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#known = identityAt(layout.exits);
  }

  /**
   * The exit record of a launch; null: there is none. Throws as `recordText` does, and an UnreadableRecord if another
   * folder, or none, is in its place: the record may exist elsewhere.
   */
  read(launchId: LaunchId): ExitRecord | null {
    const record = readExit(this.#layout, launchId);
    const isInPlace = record !== null || this.#known === null || identityAt(this.#layout.exits) === this.#known;
    if (!isInPlace) throw new UnreadableRecord('ESTALE', this.#layout.exits);
    return record;
  }
}

/** Null: there is no such folder, or it cannot be looked at. */
function identityAt(path: string): string | null {
  let stats: BigIntStats | undefined;
  try {
    stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === '') throw error;
  }
  return stats === undefined ? null : `${stats.dev} ${stats.ino}`;
}
