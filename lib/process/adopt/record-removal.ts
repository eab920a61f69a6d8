import { statSync } from 'node:fs';
import { uptime } from 'node:os';
import type { LaunchId } from '../../model/values/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { removeRecords } from '../files/launch-files.ts';
import { runFolder, type Layout } from '../files/layout.ts';

/**
 * How long the folder of a revoked launch is kept: a shim that has not claimed yet must find the claim taken, however
 * slow it is.
 */
const REVOKED_FOR_MS = 24 * 60 * 60 * 1_000;

export interface RemovalContext {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly log: Log;
}

/** Removes the files of launches that are over. What cannot be removed now is found again by the next host. */
export class RecordRemoval {
  readonly #context: RemovalContext;

  constructor(context: RemovalContext) {
    this.#context = context;
  }

  remove(launchId: LaunchId): void {
    const { layout, log } = this.#context;
    try {
      removeRecords(layout, launchId);
    } catch (error) {
      log.warn({ err: error, launchId }, 'cannot remove the files of an ended launch');
    }
  }

  /** Its shim may not have noticed the taken claim yet, so the folder stays as long as any shim could be alive. */
  removeRevoked(launchId: LaunchId): void {
    const { layout, clock } = this.#context;
    const bootedAt = clock.now() - uptime() * 1_000;
    const madeAt = statSync(runFolder(layout, launchId), { throwIfNoEntry: false })?.mtimeMs;
    if (madeAt === undefined) return;
    if (madeAt < Math.max(bootedAt, clock.now() - REVOKED_FOR_MS)) this.remove(launchId);
  }
}
