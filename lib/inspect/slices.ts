import type { Log } from '../ports/log.ts';

/** Work, and how it is divided into slices. */
export interface SliceOptions {
  /** Does a small part of the work; false: there was nothing to do. */
  readonly step: () => boolean;
  /** Called at the end of each slice. */
  readonly onEnd: () => void;
  /** The length of a slice, after which other work in the process gets its turn. */
  readonly sliceMs: number;
  readonly log: Log;
  /** Calls back after other work has had its turn; default: setImmediate. */
  readonly yieldTo?: ((resume: () => void) => void) | undefined;
  /** Milliseconds from any origin; default: since the start of this process. */
  readonly elapsed?: (() => number) | undefined;
}

/** Executes work in slices while there is any. */
export class Slices {
  readonly #options: SliceOptions;
  #isArmed = false;

  constructor(options: SliceOptions) {
    this.#options = options;
  }

  /** Schedules a slice; further slices follow until the work is done. */
  arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    (this.#options.yieldTo ?? setImmediate)(() => {
      this.#isArmed = false;
      this.#work();
    });
  }

  #work(): void {
    try {
      if (this.#workOnSlice()) this.arm();
    } catch (error) {
      this.#options.log.error({ err: error }, 'the inspector failed to show an actor');
      this.arm();
    }
  }

  /** Returns whether there may be more to do. */
  #workOnSlice(): boolean {
    const { sliceMs, step, onEnd, elapsed = () => performance.now() } = this.#options;
    const until = elapsed() + sliceMs;
    try {
      while (step()) if (elapsed() >= until) return true;
      return false;
    } finally {
      onEnd();
    }
  }
}
