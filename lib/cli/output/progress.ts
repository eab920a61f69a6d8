import type { TextStream } from './io.ts';
import { visible } from './visible.ts';

/** One line that says what is being waited for; it is seen on a terminal only and leaves no trace. */
export class Progress {
  readonly #stream: TextStream;

  constructor(stream: TextStream) {
    this.#stream = stream;
  }

  /** Replaces the line. */
  say(text: string): void {
    const { isTTY, columns = 80 } = this.#stream;
    if (isTTY === true) this.#stream.write(`\r\x1b[K${visible(text).slice(0, columns - 1)}`);
  }

  /** Takes the line away, for what is printed next. */
  clear(): void {
    if (this.#stream.isTTY === true) this.#stream.write('\r\x1b[K');
  }
}
