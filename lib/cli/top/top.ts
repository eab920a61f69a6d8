import { setTimeout as delay } from 'node:timers/promises';
import { isPassing } from '../../client/client.ts';
import { EXIT } from '../../host/exit-codes.ts';
import type { Millis } from '../../model/values/time.ts';
import type { HostContext, HostRun } from '../host/context.ts';
import { INTERRUPTED } from '../host/interruption.ts';
import { printJson } from '../output/io.ts';
import type { ServiceFilter } from '../services/show-services.ts';
import { press, type Choice, type Sort } from './choice.ts';
import { frame, rowLines, rowsPerPage, summary, type FrameContext } from './frame.ts';
import { Screen } from './screen.ts';
import { ordered, takeSnapshot, type Snapshot } from './snapshot.ts';

/** The options of `top`. */
export interface TopOptions extends ServiceFilter {
  readonly sort: Sort;
  readonly interval: Millis;
}

/** The states and the resource usage of all services: live on a terminal, otherwise once. */
export function top(options: TopOptions): HostRun {
  return (context) => {
    const isLive = context.out.isTTY === true && context.keys.isTTY === true && !context.isJson;
    return isLive ? new Live(context, options).run() : once(context, options);
  };
}

/** Processor usage needs two readings. */
async function once(context: HostContext, options: TopOptions): Promise<number> {
  await context.client.getUsage();
  await delay(options.interval, undefined, { signal: context.interrupted });
  const snapshot = await takeSnapshot(context.client, options, context.interrupted);
  const rows = ordered(snapshot.rows, { sort: options.sort, isReversed: false });
  if (context.isJson) printJson(context.out, { ...snapshot, rows });
  else {
    const site = frameContextOf(context, context.width);
    for (const line of [...summary(snapshot, { ...site, columns: Infinity }), '', ...rowLines(rows, site)]) {
      context.out.write(`${line}\n`);
    }
  }
  return EXIT.ok;
}

function frameContextOf({ url, colors, now }: HostContext, columns: number | undefined): FrameContext {
  return { url, colors, columns, now: now() };
}

/** A table that is redrawn after each update, each key press and each resize. */
class Live {
  readonly #context: HostContext;
  readonly #options: TopOptions;
  readonly #leave = new AbortController();
  #code: number = EXIT.ok;
  #choice: Choice;
  #snapshot: Snapshot | null = null;
  /** The error of the last update, for the last line. */
  #error: string | null = null;
  #screen: Screen | null = null;

  constructor(context: HostContext, options: TopOptions) {
    this.#context = context;
    this.#options = options;
    this.#choice = { sort: options.sort, isReversed: false, first: 0 };
  }

  async run(): Promise<number> {
    const { out, keys, interrupted } = this.#context;
    const over = AbortSignal.any([interrupted, this.#leave.signal]);
    const onKey = (key: string): void => {
      this.#press(key);
    };
    const onResize = (): void => {
      this.#draw();
    };
    // Before the screen is cleared: if there is no host, it must stay.
    this.#snapshot = await takeSnapshot(this.#context.client, this.#options, over);
    this.#screen = new Screen(out, keys, { onKey, onResize });
    try {
      while (!over.aborted) {
        this.#draw();
        await delay(this.#options.interval, undefined, { signal: over }).catch(() => undefined);
        await this.#refresh(over);
      }
    } finally {
      this.#screen.close();
    }
    return this.#code;
  }

  async #refresh(over: AbortSignal): Promise<void> {
    try {
      this.#snapshot = await takeSnapshot(this.#context.client, this.#options, over);
      this.#error = null;
    } catch (error) {
      if (over.aborted) return;
      if (!isPassing(error)) throw error;
      this.#error = error.message;
    }
  }

  #press(key: string): void {
    const count = this.#snapshot?.rows.length ?? 0;
    const pressed = press(this.#choice, key, this.#page, count);
    if (pressed === 'quit' || pressed === 'interrupt') {
      if (pressed === 'interrupt') this.#code = INTERRUPTED;
      this.#leave.abort();
      return;
    }
    this.#choice = pressed;
    this.#draw();
  }

  get #page(): number {
    return rowsPerPage(this.#context.out.rows ?? 24);
  }

  #draw(): void {
    if (this.#snapshot === null) return;
    const site = frameContextOf(this.#context, this.#context.out.columns);
    this.#screen?.draw(frame(this.#snapshot, this.#choice, site, this.#page, this.#error));
  }
}
