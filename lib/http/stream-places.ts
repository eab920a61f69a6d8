import { RequestError } from './problem.ts';

/** Of the connections that a host takes (see server/listen.ts), so many may be streams: the others are left for questions and commands. */
const MOST_STREAMS = 700;

/** Counts the streams that are open; one too many is refused, with a time after which it can come again. */
export class StreamPlaces {
  readonly #most: number;
  #taken = 0;

  constructor(most = MOST_STREAMS) {
    this.#most = most;
  }

  /** Runs `stream` in a place of its own. Throws RequestError when all are taken. */
  async hold(stream: () => Promise<void>): Promise<void> {
    if (this.#taken >= this.#most) {
      const message = `Too many open streams (${this.#most}). Close one or retry later.`;
      throw new RequestError('too_many_streams', message);
    }
    this.#taken += 1;
    try {
      await stream();
    } finally {
      this.#taken -= 1;
    }
  }
}
