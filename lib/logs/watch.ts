import type { FSWatcher } from 'node:fs';
import { logFolder } from '../launching/log-layout.ts';
import type { ServiceId } from '../model/values/ids.ts';
import { LOG_STREAMS } from '../model/values/log-line.ts';
import { storedLaunches, type StoredLaunch } from './files.ts';
import { watchFolder } from './folder-watch.ts';
import type { LaunchOutput } from './launch-output.ts';
import type { LogContext } from './log-context.ts';
import { outputOf } from './outputs.ts';

const ACTIVE_MS = 100;
const QUIET_MS = 1_000;
/** The least time between two wake-ups by the system; what is written in the meantime is read together. */
const PACE_MS = 10;
/** After this many checks in a row without a change, the interval starts to grow. */
const QUIET_CHECKS = 20;

/** The output of a service at the last check. */
export interface OutputState {
  /** Increases with every change that is noticed. */
  readonly version: number;
  /** Oldest first. */
  readonly outputs: readonly LaunchOutput[];
}

interface Watched {
  followers: number;
  state: OutputState;
  signature: string;
  /** Null: checked by the timer. */
  watcher: FSWatcher | null;
  /** When the watcher last woke the followers. */
  wokenAt: number;
  /** The wake-up that is due when the pace allows it. */
  due: NodeJS.Timeout | null;
  readonly waiters: Set<() => void>;
}

/**
 * Notices new output of all followed services. The log folder of a service is watched by the system, for all of its
 * followers together, and so is the folder of these folders, while one of them does not exist yet. A timer checks those
 * whose newest launch writes to plain files, in which every line would be an event, and those that the system cannot
 * watch: ten times a second while any of them writes, and down to once a second while all are quiet. No timer runs if
 * there are none.
 */
export class Watch {
  readonly #context: LogContext;
  readonly #watched = new Map<ServiceId, Watched>();
  /** Of the folder of all log folders: that of a service is made with its first launch. */
  #newFolders: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #quiet = 0;
  #isClosed = false;

  constructor(context: LogContext) {
    this.#context = context;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Starts to watch a service; returns a function that ends it. */
  watch(serviceId: ServiceId): () => void {
    const fresh = {
      followers: 0,
      state: { version: 0, outputs: [] },
      signature: '',
      watcher: null,
      wokenAt: -Infinity,
      due: null,
      waiters: new Set<() => void>(),
    };
    const watched: Watched = this.#watched.get(serviceId) ?? fresh;
    this.#watched.set(serviceId, watched);
    watched.followers += 1;
    // A new follower must not wait for an interval that grew while all was quiet.
    if (this.#quiet > 0) this.#disarm();
    this.#quiet = 0;
    this.#arm();
    return () => {
      watched.followers -= 1;
      if (watched.followers === 0) this.#forget(serviceId, watched);
    };
  }

  #forget(serviceId: ServiceId, watched: Watched): void {
    stopWatching(watched);
    if (this.#watched.get(serviceId) === watched) this.#watched.delete(serviceId);
    if (!this.#hasUnwatched()) this.#disarm();
  }

  /** Checks a service now. It must be watched. */
  check(serviceId: ServiceId): OutputState {
    const watched = this.#watched.get(serviceId);
    if (watched === undefined) return { version: 0, outputs: [] };
    this.#refresh(serviceId, watched);
    return watched.state;
  }

  /** Resolves true if something changed since `version`; false if the signal was aborted or the logs were closed. */
  async changed(serviceId: ServiceId, version: number, signal: AbortSignal): Promise<boolean> {
    const watched = this.#watched.get(serviceId);
    if (watched === undefined || signal.aborted || this.#isClosed) return false;
    if (watched.state.version === version) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          watched.waiters.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        watched.waiters.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
    return watched.state.version !== version;
  }

  /** Ends every wait. */
  close(): void {
    this.#isClosed = true;
    this.#disarm();
    for (const watched of this.#watched.values()) {
      stopWatching(watched);
      wakeAll(watched);
    }
  }

  #refresh(serviceId: ServiceId, watched: Watched): boolean {
    const { layout } = this.#context;
    let launches = storedLaunches(layout, serviceId);
    // What came before the watcher is no event.
    if (this.#chooseWay(serviceId, watched, launches.at(-1))) launches = storedLaunches(layout, serviceId);
    const outputs = launches.map((launch) => outputOf(this.#context, serviceId, launch));
    const newest = outputs.at(-1);
    const ends = LOG_STREAMS.map((stream) => newest?.endOf(stream) ?? 0);
    const hasEnded = this.#context.hasEnded(serviceId, newest?.generation ?? 0);
    const signature = `${launches.map(({ generation }) => generation).join()}|${ends.join()}|${String(hasEnded)}`;
    if (signature === watched.signature) return false;
    watched.signature = signature;
    this.#change(watched, outputs);
    return true;
  }

  #change(watched: Watched, outputs: readonly LaunchOutput[]): void {
    watched.state = { version: watched.state.version + 1, outputs };
    wakeAll(watched);
  }

  /** Returns whether it is watched by the system from now on. */
  #chooseWay(serviceId: ServiceId, watched: Watched, newest: StoredLaunch | undefined): boolean {
    const isForTimer = this.#isClosed || newest?.form === 'plain';
    if (isForTimer === (watched.watcher === null)) return false;
    if (isForTimer) stopWatching(watched);
    else this.#startWatching(serviceId, watched);
    this.#arm();
    return watched.watcher !== null;
  }

  #startWatching(serviceId: ServiceId, watched: Watched): void {
    // Without a watch the timer checks it, and every refresh tries again.
    watched.watcher = watchFolder(logFolder(this.#context.layout, serviceId), {
      changed: () => {
        this.#wakeAtPace(watched);
      },
      lost: () => {
        this.#leaveToTimer(watched);
      },
    });
  }

  #watchForNewFolders(): void {
    this.#newFolders ??= watchFolder(this.#context.layout.logs, {
      changed: (name) => {
        for (const [serviceId, watched] of this.#watched) if (serviceId === name) this.#tryRefresh(serviceId, watched);
      },
      lost: () => {
        this.#stopWatchingForNewFolders();
      },
    });
  }

  #stopWatchingForNewFolders(): void {
    this.#newFolders?.close();
    this.#newFolders = null;
  }

  /** Whoever waits looks for itself; who is still reading will look before it waits. */
  #wakeAtPace(watched: Watched): void {
    if (watched.due !== null) return;
    const wake = (): void => {
      watched.due = null;
      watched.wokenAt = performance.now();
      this.#change(watched, watched.state.outputs);
    };
    const left = watched.wokenAt + PACE_MS - performance.now();
    if (left <= 0) wake();
    else watched.due = setTimeout(wake, left).unref();
  }

  #leaveToTimer(watched: Watched): void {
    stopWatching(watched);
    this.#arm();
  }

  #hasUnwatched(): boolean {
    return [...this.#watched.values()].some(({ watcher }) => watcher === null);
  }

  #tick(): void {
    let hasChanged = false;
    for (const [serviceId, watched] of this.#watched) {
      if (watched.watcher === null) hasChanged = this.#tryRefresh(serviceId, watched) || hasChanged;
    }
    this.#quiet = hasChanged ? 0 : this.#quiet + 1;
    this.#timer = null;
    this.#arm();
  }

  #tryRefresh(serviceId: ServiceId, watched: Watched): boolean {
    try {
      return this.#refresh(serviceId, watched);
    } catch (err) {
      this.#context.log.warn({ err, service_id: serviceId }, 'cannot check the output of a service');
      return false;
    }
  }

  #arm(): void {
    if (this.#isClosed || this.#timer !== null) return;
    if (!this.#hasUnwatched()) {
      this.#stopWatchingForNewFolders();
      return;
    }
    this.#watchForNewFolders();
    const pause = Math.min(QUIET_MS, ACTIVE_MS * Math.max(1, this.#quiet - QUIET_CHECKS + 1));
    this.#timer = setTimeout(() => {
      this.#tick();
    }, pause).unref();
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#stopWatchingForNewFolders();
  }
}

function stopWatching(watched: Watched): void {
  watched.watcher?.close();
  watched.watcher = null;
  if (watched.due !== null) clearTimeout(watched.due);
  watched.due = null;
}

function wakeAll({ waiters }: Watched): void {
  for (const wake of [...waiters]) wake();
}
