import { statSync } from 'node:fs';
import { uptime } from 'node:os';
import type { LaunchId } from '../../model/values/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ReachCrashPoint } from '../../ports/crash-points.ts';
import type { Log } from '../../ports/log.ts';
import { hideRecords, removeFolder, removeFolderLater } from './launch-files.ts';
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
  /** The folder that is being removed. */
  #hidden: string | null = null;

  constructor(context: RemovalContext) {
    this.#context = context;
  }

  remove(launchId: LaunchId): void {
    this.#due.add(launchId);
    this.#timer ??= setTimeout(() => {
      void this.#removeAll();
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

  async #removeAll(): Promise<void> {
    for (const launchId of this.#due) {
      this.#hidden = this.#hide(launchId);
      if (this.#hidden !== null) await removeFolderLater(this.#hidden).catch(this.#failed);
      this.#hidden = null;
    }
    this.#timer = null;
  }

  #hide(launchId: LaunchId): string | null {
    const { layout, crashPoint } = this.#context;
    this.#due.delete(launchId);
    crashPoint?.('before-removal');
    try {
      return hideRecords(layout, launchId);
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  readonly #failed = (error: unknown): void => {
    this.#context.log.warn({ err: error }, 'cannot remove the files of an ended launch; the next host tries again');
  };

  /** Removes at once what is due. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const folder of [this.#hidden, ...[...this.#due].map((launchId) => this.#hide(launchId))]) {
      try {
        if (folder !== null) removeFolder(folder);
      } catch (error) {
        this.#failed(error);
      }
    }
  }
}
