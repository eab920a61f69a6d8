import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Timers } from '../ports/clock.ts';

/** How often the event loop is looked at while there was something to do. */
const STEP_MS = 1_000;
/** How many steps in a row there must have been little to do: a host that lives for less never collects. */
const QUIET_STEPS = 3;
/** The largest share of a step that counts as little. */
const QUIET_SHARE = 0.1;
/** Less than this is left to V8. */
const MIN_GROWTH_BYTES = 24 * 1024 * 1024;

/** What the keeper needs of V8 and of the event loop. */
export interface HeapAccess {
  /** The bytes that V8 has of the machine, in use or not. */
  heldBytes(): number;
  /** The time that the event loop has been busy since it began, in milliseconds. */
  busyMs(): number;
  /** Collects all garbage at once, gives back what is not in use, and then calls `done`: some 100 ms for 1,000 services. */
  collect(done: () => void): void;
}

/**
 * Gives memory back after a storm, such as the start of the host or of 1,000 services. V8 collects when it needs memory, so a host
 * with nothing to do would keep what its busiest minute needed: after 1,000 starts 32 MiB for new objects alone, of which it
 * uses one. It has no timer unless something has happened.
 */
export class HeapKeeper {
  readonly #access: HeapAccess;
  readonly #timers: Timers;
  #timer: unknown = null;
  /** What V8 had after the last collection. */
  #keptBytes = 0;

  constructor(timers: Timers, access: HeapAccess = v8Access()) {
    this.#access = access;
    this.#timers = timers;
  }

  /** Something has happened. */
  stir(): void {
    this.#timer ??= this.#watch();
  }

  close(): void {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #watch(quietSteps = 0): unknown {
    const busyBefore = this.#access.busyMs();
    return this.#timers.setTimeout(() => {
      const isQuiet = this.#access.busyMs() - busyBefore < STEP_MS * QUIET_SHARE;
      const steps = isQuiet ? quietSteps + 1 : 0;
      this.#timer = steps < QUIET_STEPS ? this.#watch(steps) : null;
      if (this.#timer === null && this.#access.heldBytes() - this.#keptBytes >= MIN_GROWTH_BYTES) this.#collect();
    }, STEP_MS);
  }

  #collect(): void {
    this.#access.collect(() => (this.#keptBytes = this.#access.heldBytes()));
  }
}

/**
 * The collection of the development tools is the one in which V8 gives back all that it can (`LowMemoryNotification`). What `gc()`
 * does keeps the space for new objects as large as it has ever been. Loaded when it is first needed.
 */
function v8Access(): HeapAccess {
  return {
    heldBytes: () => getHeapStatistics().total_heap_size,
    busyMs: () => performance.eventLoopUtilization().active,
    collect: (done) => {
      if (!process.features.inspector) return; // a Node that was built without
      const { Session } = process.getBuiltinModule('node:inspector');
      const session = new Session(); // within this process; no port is opened
      session.connect();
      session.post('HeapProfiler.collectGarbage', () => {
        // Not at once: V8 calls this with a lock that the end of the session waits for.
        setImmediate(() => {
          session.disconnect();
          done();
        });
      });
    },
  };
}
