import type { Log } from '../ports/log.ts';

/** How work is divided into slices. */
export interface SliceOptions {
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
  readonly #step: () => boolean;
  readonly #options: SliceOptions;
  #isArmed = false;

  /** `step` does a small part of the work; false: there was nothing to do. */
  constructor(step: () => boolean, options: SliceOptions) {
    this.#step = step;
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
    const { sliceMs, log, elapsed = () => performance.now() } = this.#options;
    const until = elapsed() + sliceMs;
    try {
      while (this.#step()) {
        if (elapsed() < until) continue;
        this.arm();
        return;
      }
    } catch (error) {
      log.error({ err: error }, 'the inspector failed to show an actor');
      this.arm();
    }
  }
}
