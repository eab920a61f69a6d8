import { isNoRoom } from '../model/process.ts';
import { systemErrorText } from '../model/system-error.ts';
import { RetryingWriter } from '../ports/retrying-writer.ts';
import { wallTimers } from '../ports/wall-timers.ts';
import type { Timers } from '../ports/clock.ts';

const FIRST_MS = 500;
const SLOWEST_MS = 5_000;

/** Writes a file that a host should have, but can do without: when the disk is full, it is written once there is room. */
export class PatientWriter {
  readonly #what: string;
  readonly #writer: RetryingWriter;
  #problem: string | null = null;

  /** `what`: the subject of the problem, such as `The file "/x"`. */
  constructor(what: string, write: () => Promise<void>, timers: Timers = wallTimers) {
    this.#what = what;
    this.#writer = new RetryingWriter({
      write,
      onWritten: () => {
        this.#problem = null;
      },
      onFailed: (error) => {
        this.#problem = `${this.#what} cannot be written: ${systemErrorText(error)}.`;
      },
      ...{ firstMs: FIRST_MS, slowestMs: SLOWEST_MS, timers },
    });
  }

  /** Why the file is not up to date, as a sentence; null: it is. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Resolves when it is written or has to wait for room. Rejects on any other error. */
  async write(): Promise<void> {
    try {
      await this.#writer.writeNow();
    } catch (error) {
      if (isNoRoom(error)) return;
      this.#writer.close();
      throw error;
    }
  }

  /** Makes no further attempts. */
  close(): void {
    this.#writer.close();
  }
}
