import { RequestError } from './problem.ts';

/**
 * How many connections of a host (see server/listen.ts) may be streams; the others are left for queries and commands.
 */
const MAX_STREAMS = 700;

/** Limits the number of open streams; further ones are rejected with a Retry-After. */
export class StreamLimit {
  readonly #max: number;
  #open = 0;

  constructor(max = MAX_STREAMS) {
    this.#max = max;
  }

  /** Runs `stream` if the limit allows. Throws RequestError otherwise. */
  async run(stream: () => Promise<void>): Promise<void> {
    if (this.#open >= this.#max) {
      const message = `Too many open streams (${this.#max}). Close one or retry later.`;
      throw new RequestError('too_many_streams', message);
    }
    this.#open += 1;
    try {
      await stream();
    } finally {
      this.#open -= 1;
    }
  }
}
