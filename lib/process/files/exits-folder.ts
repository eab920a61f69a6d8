import { readdirSync, statSync, type BigIntStats } from 'node:fs';
import type { LaunchId } from '../../model/values/ids.ts';
import { codeOf } from '../os/error-code.ts';
import type { ExitRecord } from '../../launching/exit-record.ts';
import { readExit } from './launch-files.ts';
import type { Layout } from './layout.ts';
import { UnreadableRecord } from './record-text.ts';

/**
 * The folder of the exit records at the start of this host. Native shims keep it open: if it is renamed, they continue
 * to write their records into it, where this host does not find them.
 */
export class ExitsFolder {
  readonly #layout: Layout;
  readonly #known: string | null;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#known = identityAt(layout.exits);
  }

  /**
   * The exit record of a launch; null: there is none. Throws like `recordText`, and an UnreadableRecord if the folder
   * is missing or was replaced: the record may exist elsewhere.
   */
  read(launchId: LaunchId): ExitRecord | null {
    const record = readExit(this.#layout, launchId);
    if (record === null && !this.#isInPlace()) throw new UnreadableRecord('ESTALE', this.#layout.exits);
    return record;
  }

  /** The launches that have a record now; null: unknown, because the folder was replaced. Throws if it is missing. */
  list(): ReadonlySet<string> | null {
    const names = new Set(readdirSync(this.#layout.exits));
    return this.#isInPlace() ? names : null;
  }

  #isInPlace(): boolean {
    return this.#known === null || identityAt(this.#layout.exits) === this.#known;
  }
}

/** Null: the folder does not exist or is inaccessible. */
function identityAt(path: string): string | null {
  let stats: BigIntStats | undefined;
  try {
    stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === '') throw error;
  }
  return stats === undefined ? null : `${stats.dev} ${stats.ino}`;
}
