import type { Log } from '../ports/log.ts';

/** How work is cut up. */
export interface SliceOptions {
  /** How long it goes on before everything else in the process has its turn. */
  readonly sliceMs: number;
  readonly log: Log;
  /** Calls back when everything else has had its turn; default: setImmediate. */
  readonly yieldTo?: ((goOn: () => void) => void) | undefined;
  /** Milliseconds from any moment on; default: of this process. */
  readonly elapsed?: (() => number) | undefined;
}

/** Work that is done a slice at a time, whenever there is some. */
export class Slices {
  readonly #step: () => boolean;
  readonly #options: SliceOptions;
  #isArmed = false;

  /** `step` does a little of the work; false: there was nothing to do. */
  constructor(step: () => boolean, options: SliceOptions) {
    this.#step = step;
    this.#options = options;
  }

  /** There is work: a slice of it is done soon, and all of it in the end. */
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
      log.error({ err: error }, 'the inspector could not show an actor');
      this.arm();
    }
  }
}
