import type { KeySource, TextStream } from '../output/io.ts';
import { keysIn } from './choice.ts';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';

/** Handles the events of an open screen. */
export interface ScreenListener {
  readonly onKey: (key: string) => void;
  readonly onResize: () => void;
}

/** The whole terminal until it is closed: the alternate screen without a cursor, with raw key input. */
export class Screen {
  readonly #out: TextStream;
  readonly #keys: KeySource;
  readonly #listener: ScreenListener;
  readonly #onData = (text: string): void => {
    for (const key of keysIn(text)) this.#listener.onKey(key);
  };

  constructor(out: TextStream, keys: KeySource, listener: ScreenListener) {
    this.#out = out;
    this.#keys = keys;
    this.#listener = listener;
    out.write(ENTER);
    out.on?.('resize', listener.onResize);
    keys.setRawMode?.(true);
    keys.setEncoding('utf8');
    keys.on('data', this.#onData);
    keys.resume();
  }

  /** Replaces the content line by line, without flicker. */
  draw(lines: readonly string[]): void {
    this.#out.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
  }

  /** Restores the terminal. */
  close(): void {
    this.#keys.off('data', this.#onData);
    this.#keys.pause();
    this.#keys.setRawMode?.(false);
    this.#out.off?.('resize', this.#listener.onResize);
    this.#out.write(LEAVE);
  }
}
