import { performance } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Timers } from '../ports/clock.ts';

/** How long there must have been little to do. */
const QUIET_MS = 2_000;
/** The largest share of that time that counts as little. */
const QUIET_SHARE = 0.1;
/** Less garbage than this is left to V8. */
const MIN_GROWTH_BYTES = 24 * 1024 * 1024;
/** The first collection frees objects, the second pages, the third what was kept for a next collection. */
const ROUNDS = 3;
const BETWEEN_MS = 500;

/** What the keeper needs of V8 and of the event loop. */
export interface HeapAccess {
  /** The bytes in use, garbage included. */
  usedBytes(): number;
  /** The time that the event loop has been busy since it began, in milliseconds. */
  busyMs(): number;
  /** Collects all garbage at once: some 50 to 150 ms for 1,000 services. */
  collect(): void;
}

/**
 * Gives memory back after a storm, such as the start of 1,000 services. V8 collects when it needs memory, so a host with
 * nothing to do would keep what its busiest minute needed: after 1,000 starts 230 MiB, of which 160 remain. It has no
 * timer unless something has happened.
 */
export class HeapKeeper {
  readonly #access: HeapAccess;
  readonly #timers: Timers;
  #timer: unknown = null;
  /** What was in use at the start, and then after each collection: a host that has only started has no garbage worth 240 ms. */
  #smallestBytes: number;

  constructor(timers: Timers, access: HeapAccess = v8Access()) {
    this.#access = access;
    this.#timers = timers;
    this.#smallestBytes = access.usedBytes();
  }

  /** Something has happened. */
  stir(): void {
    this.#timer ??= this.#watch();
  }

  close(): void {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #watch(): unknown {
    const busyBefore = this.#access.busyMs();
    return this.#after(QUIET_MS, () => {
      const isQuiet = this.#access.busyMs() - busyBefore < QUIET_MS * QUIET_SHARE;
      if (!isQuiet) this.#timer = this.#watch();
      else if (this.#access.usedBytes() - this.#smallestBytes >= MIN_GROWTH_BYTES) this.#collect(ROUNDS);
    });
  }

  #collect(rounds: number): void {
    this.#access.collect();
    this.#smallestBytes = this.#access.usedBytes();
    if (rounds === 1) return;
    this.#timer = this.#after(BETWEEN_MS, () => {
      this.#collect(rounds - 1);
    });
  }

  #after(ms: number, act: () => void): unknown {
    return this.#timers.setTimeout(() => {
      this.#timer = null;
      act();
    }, ms);
  }
}

/** V8 gives its `gc` only to contexts that are made while the flag is set; nothing else of the host can call it. */
function v8Access(): HeapAccess {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return {
    usedBytes: () => getHeapStatistics().used_heap_size,
    busyMs: () => performance.eventLoopUtilization().active,
    collect,
  };
}
