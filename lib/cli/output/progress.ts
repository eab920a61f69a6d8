import type { TextStream } from './io.ts';
import { visible } from '../../frontend/words/visible.ts';

/** A progress line; only on terminals, and removed in the end. */
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

  /** Removes the line, before other output. */
  clear(): void {
    if (this.#stream.isTTY === true) this.#stream.write('\r\x1b[K');
  }
}
