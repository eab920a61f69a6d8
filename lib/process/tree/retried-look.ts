import type { LaunchId } from '../../model/values/ids.ts';
import type { Log } from '../../ports/log.ts';
import { readingProblem, UnreadableRecord } from '../files/record-text.ts';
import { codeOf } from '../os/error-code.ts';

const AGAIN_MS = 250;
const RECORD_AGAIN_MS = 2_000;

/** What it works with. */
export interface RetriedLookContext {
  readonly log: Log;
  /** By launch, why it cannot be inspected now, as a sentence. */
  readonly unreadable: Map<LaunchId, string>;
}

/** Looks at a process and its records. What cannot be read now must not count as gone, so it is tried again. */
export class RetriedLook {
  readonly #launchId: LaunchId;
  readonly #context: RetriedLookContext;
  readonly #resume: () => void;
  #timer: NodeJS.Timeout | null = null;
  #state: 'open' | 'closed' = 'open';

  /** `resume` continues after a look that failed, whatever it was about. */
  constructor(launchId: LaunchId, context: RetriedLookContext, resume: () => void) {
    this.#launchId = launchId;
    this.#context = context;
    this.#resume = resume;
  }

  /** Looks now, and again later if that fails; does nothing after close(). */
  attempt(look: () => void): void {
    if (this.#state === 'closed') return;
    try {
      look();
      this.#context.unreadable.delete(this.#launchId);
    } catch (error) {
      if (codeOf(error) === '') throw error; // a bug
      this.#report(error);
      this.#timer ??= setTimeout(
        () => {
          this.#timer = null;
          this.attempt(this.#resume);
        },
        error instanceof UnreadableRecord ? RECORD_AGAIN_MS : AGAIN_MS,
      ).unref();
    }
  }

  #report(error: unknown): void {
    const { log, unreadable } = this.#context;
    const problem = readingProblem(error);
    if (unreadable.get(this.#launchId) !== problem) {
      log.warn({ err: error, launchId: this.#launchId }, 'cannot inspect a process; retrying');
    }
    unreadable.set(this.#launchId, problem);
  }

  close(): void {
    this.#state = 'closed';
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#context.unreadable.delete(this.#launchId);
  }
}
