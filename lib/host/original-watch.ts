import type { Original } from '../model/original.ts';
import type { Timers } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { livingAmong, type Identity } from '../process/os/process-identity.ts';
import { processesOf } from '../process/adopt/tagged-processes.ts';
import { inspectHostLock } from '../store/host-lock.ts';
import { instanceAt } from '../store/state-identity.ts';

const INTERVAL_MS = 2_000;
/** The original may come back: its host may be started again. */
const INTERVAL_WHEN_GONE_MS = 10_000;
/** A search reads the environment of every process, so it is rare. */
const SEARCH_MS = { alive: 10_000, gone: 60_000 } as const;
const MAX_NAMED = 5;

export interface OriginalWatchOptions {
  readonly original: Original;
  readonly timers: Timers;
  readonly log: Log;
}

type Finding =
  | { readonly type: 'gone' }
  | { readonly type: 'alive'; readonly by: string; readonly processes: readonly Identity[] };

/**
 * Watches the instance that this state directory was copied from. As long as one of its processes is alive on this
 * machine, the copy must launch nothing: both would control the same equipment.
 */
export class OriginalWatch {
  readonly #options: OriginalWatchOptions;
  #finding: Finding = { type: 'gone' };
  #searchedAt = -Infinity;
  #timer: unknown = null;
  #isClosed = false;

  private constructor(options: OriginalWatchOptions) {
    this.#options = options;
  }

  /** Checks once, then every 2 s, or every 10 s if nothing of the original is alive. */
  static async begin(options: OriginalWatchOptions): Promise<OriginalWatch> {
    const watch = new OriginalWatch(options);
    await watch.#check();
    watch.#checkLater();
    return watch;
  }

  /** Why nothing is launched, as a sentence; empty: the original is gone. */
  problems(): readonly string[] {
    if (this.#finding.type === 'gone') return [];
    const { instanceId, stateDir } = this.#options.original;
    return [
      `This state directory is a copy, and ${this.#finding.by} of the original "${stateDir}" (instance ${instanceId}) is alive: ` +
        'nothing is launched here. Stop the services and the host there, or stop this host.',
    ];
  }

  close(): void {
    this.#isClosed = true;
    this.#options.timers.clearTimeout(this.#timer);
  }

  #checkLater(): void {
    if (this.#isClosed) return;
    const delayMs = this.#finding.type === 'gone' ? INTERVAL_WHEN_GONE_MS : INTERVAL_MS;
    this.#timer = this.#options.timers.setTimeout(() => {
      void this.#check().finally(() => {
        this.#checkLater();
      });
    }, delayMs);
  }

  async #check(): Promise<void> {
    const before = this.#finding;
    this.#finding = await this.#found();
    if (before.type === 'alive' && this.#finding.type === 'gone')
      this.#options.log.info({}, 'nothing of the original is alive any longer; this copy launches its services');
    if (before.type === 'gone' && this.#finding.type === 'alive')
      this.#options.log.error({ problem: this.problems()[0] }, 'the original of this copy is alive');
  }

  async #found(): Promise<Finding> {
    const host = await this.#hostOfOriginal();
    if (host !== null) return { type: 'alive', by: host, processes: [] };
    const before = this.#finding;
    const areSeen = before.type === 'gone' || livingAmong(before.processes).size > 0;
    if (areSeen && performance.now() - this.#searchedAt < SEARCH_MS[before.type]) return before;
    this.#searchedAt = performance.now();
    const processes = processesOf(this.#options.original.instanceId);
    if (processes.length === 0) return { type: 'gone' };
    const named = processes.slice(0, MAX_NAMED).map(({ pid }) => pid);
    const more = processes.length > MAX_NAMED ? ` and ${processes.length - MAX_NAMED} more` : '';
    return { type: 'alive', by: `process ${named.join(', ')}${more}`, processes };
  }

  /** The host counts too, because its services may all be between two launches. */
  async #hostOfOriginal(): Promise<string | null> {
    const { instanceId, stateDir } = this.#options.original;
    if (instanceAt(stateDir) !== instanceId) return null;
    const lock = await inspectHostLock(stateDir).catch(() => null);
    if (lock?.isHeld !== true) return null;
    return lock.pid === null ? 'the host' : `the host (pid ${lock.pid})`;
  }
}
