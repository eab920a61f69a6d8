import type { IncomingMessage } from 'node:http';
import { systemCodeOf } from '../../model/system-error.ts';
import type { Timers } from '../../ports/clock.ts';
import { ApiError } from './api-error.ts';

/** The body of an answer that comes as it arises. */
export class ApiStream {
  readonly #response: IncomingMessage;
  readonly #what: string;
  readonly #idleMs: number | null;
  readonly #timers: Timers;

  constructor(
    response: IncomingMessage,
    what: string,
    { idleMs, timers }: { readonly idleMs: number | null; readonly timers: Timers },
  ) {
    this.#response = response;
    this.#what = what;
    this.#idleMs = idleMs;
    this.#timers = timers;
    response.on('error', () => undefined); // reported by chunks(), which may not have been called yet
  }

  /** The bytes, once. Ends with the answer; throws an ApiError if it breaks off, is torn or closed. */
  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    let timer = this.#armed();
    try {
      for await (const chunk of this.#response) {
        this.#clear(timer);
        yield chunk as Buffer; // no encoding is set
        timer = this.#armed();
      }
      if (!this.#response.complete) throw this.#broken(null);
    } catch (error) {
      throw error instanceof ApiError ? error : this.#broken(error);
    } finally {
      this.#clear(timer);
    }
  }

  /** The lines, without their ends; one that the answer broke off in is left out. */
  async *lines(): AsyncGenerator<string, void, undefined> {
    let rest: Buffer[] = [];
    for await (const chunk of this.chunks()) {
      let begin = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, begin)) {
        yield Buffer.concat([...rest, chunk.subarray(begin, end)]).toString('utf8');
        rest = [];
        begin = end + 1;
      }
      if (begin < chunk.length) rest.push(chunk.subarray(begin));
    }
  }

  close(): void {
    this.#response.destroy();
  }

  #armed(): unknown {
    const idleMs = this.#idleMs;
    if (idleMs === null) return null;
    return this.#timers.setTimeout(() => {
      const facts = { status: null, reason: 'ETIMEDOUT', isUncertain: false };
      this.#response.destroy(new ApiError(`${this.#what}: nothing came for ${idleMs / 1_000} s`, facts));
    }, idleMs);
  }

  #clear(timer: unknown): void {
    if (timer !== null) this.#timers.clearTimeout(timer);
  }

  #broken(error: unknown): ApiError {
    const reason = systemCodeOf(error) || 'ECONNRESET';
    const facts = { status: null, reason, isUncertain: false };
    return new ApiError(`${this.#what}: the answer broke off`, facts, error ?? undefined);
  }
}
