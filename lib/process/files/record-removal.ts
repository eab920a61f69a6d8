import { statSync } from 'node:fs';
import { uptime } from 'node:os';
import type { LaunchId } from '../../model/values/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ReachCrashPoint } from '../../ports/crash-points.ts';
import type { Log } from '../../ports/log.ts';
import { removeRecords } from './launch-files.ts';
import { runFolder, type Layout } from './layout.ts';

/**
 * How long the folder of a revoked launch is kept: a shim that has not claimed yet must find the claim taken, however
 * slow it is.
 */
const REVOKED_FOR_MS = 24 * 60 * 60 * 1_000;
/** What follows an end (its report, the next launch) comes before the removal of a dozen files. */
const DELAY_MS = 20;

export interface RemovalContext {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly log: Log;
  readonly crashPoint?: ReachCrashPoint | undefined;
}

/**
 * Removes the files of launches that are over, soon and one launch at a time, so that neither a report nor a request
 * waits for it. What is not removed is found by the next host.
 */
export class RecordRemoval {
  readonly #context: RemovalContext;
  readonly #due = new Set<LaunchId>();
  #timer: NodeJS.Timeout | null = null;

  constructor(context: RemovalContext) {
    this.#context = context;
  }

  remove(launchId: LaunchId): void {
    this.#due.add(launchId);
    this.#timer ??= setTimeout(() => {
      this.#removeNext();
    }, DELAY_MS).unref();
  }

  /** Its shim may not have noticed the taken claim yet, so the folder stays as long as any shim could be alive. */
  removeRevoked(launchId: LaunchId): void {
    const { layout, clock } = this.#context;
    const bootedAt = clock.now() - uptime() * 1_000;
    const madeAt = statSync(runFolder(layout, launchId), { throwIfNoEntry: false })?.mtimeMs;
    if (madeAt === undefined) return;
    if (madeAt < Math.max(bootedAt, clock.now() - REVOKED_FOR_MS)) this.remove(launchId);
  }

  #removeNext(): void {
    const [launchId] = this.#due;
    if (launchId !== undefined) this.#removeNow(launchId);
    if (this.#due.size > 0) this.#timer?.refresh();
    else this.#timer = null;
  }

  #removeNow(launchId: LaunchId): void {
    const { layout, log, crashPoint } = this.#context;
    this.#due.delete(launchId);
    crashPoint?.('before-removal');
    try {
      removeRecords(layout, launchId);
    } catch (error) {
      log.warn({ err: error, launchId }, 'cannot remove the files of an ended launch');
    }
  }

  /** Removes at once what is due. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const launchId of this.#due) this.#removeNow(launchId);
  }
}
