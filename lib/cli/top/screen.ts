import { EventEmitter } from 'node:events';
import type { TextStream } from '../output/io.ts';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';

/**
 * The whole terminal until it is closed: the alternate screen without a cursor. Ink writes whole frames to it, of which
 * only those that differ reach the terminal, line by line and so without flicker.
 */
export class Screen extends EventEmitter {
  readonly isTTY = true;
  readonly #out: TextStream;
  #frame: string | null = null;
  readonly #onResize = (): void => {
    this.#frame = null;
    this.emit('resize');
  };

  constructor(out: TextStream) {
    super();
    this.#out = out;
    out.write(ENTER);
    out.on?.('resize', this.#onResize);
  }

  get columns(): number {
    return this.#out.columns ?? 80;
  }

  get rows(): number {
    return this.#out.rows ?? 24;
  }

  /** Replaces the content. */
  write(frame: string): boolean {
    if (frame === this.#frame) return true;
    this.#frame = frame;
    const lines = frame.split('\n').slice(0, this.rows);
    this.#out.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
    return true;
  }

  /** Restores the terminal. */
  close(): void {
    this.#out.off?.('resize', this.#onResize);
    this.#out.write(LEAVE);
  }
}
