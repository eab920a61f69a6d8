import type { LaunchId } from '../../model/values/ids.ts';
import type { Log } from '../../ports/log.ts';
import { readingProblem, UnreadableRecord } from '../files/record-text.ts';
import { codeOf } from '../os/error-code.ts';

const AGAIN_MS = 250;
const RECORD_AGAIN_MS = 2_000;

export interface RetriedCheckContext {
  readonly log: Log;
  /** By launch, why it cannot be inspected now, as a sentence. */
  readonly unreadable: Map<LaunchId, string>;
}

/** Checks a process and its records. What cannot be read now must not count as gone, so the check is repeated. */
export class RetriedCheck {
  readonly #launchId: LaunchId;
  readonly #context: RetriedCheckContext;
  readonly #resume: () => void;
  #timer: NodeJS.Timeout | null = null;
  #state: 'open' | 'closed' = 'open';

  /** `resume` is called after a failed check, whatever that was about. */
  constructor(launchId: LaunchId, context: RetriedCheckContext, resume: () => void) {
    this.#launchId = launchId;
    this.#context = context;
    this.#resume = resume;
  }

  /** Checks now, and again later if that fails; does nothing after close(). */
  attempt(check: () => void): void {
    if (this.#state === 'closed') return;
    try {
      check();
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
