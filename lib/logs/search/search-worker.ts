import { Worker } from 'node:worker_threads';
import type { LogLayout } from '../../launching/log-layout.ts';
import type { LogFindings, LogQuery, LogSearch } from '../../model/values/log-line.ts';

/** An order to the thread. */
export type SearchOrder =
  | {
      readonly type: 'search';
      readonly id: number;
      readonly query: LogQuery;
      readonly search: LogSearch;
      /** The launch that may still write; null: none. */
      readonly openGeneration: number | null;
    }
  | { readonly type: 'abort'; readonly id: number };

/** An answer of the thread. */
export type SearchAnswer =
  | { readonly id: number; readonly findings: LogFindings }
  | { readonly id: number; readonly error: string };

/** Loads the module of the thread. When the program runs from its sources, they are compiled as they are loaded. */
const SCRIPT = `
const { workerData } = require('node:worker_threads');
(async () => {
  if (workerData.module.endsWith('.ts')) (await import('tsx/esm/api')).register();
  await import(workerData.module);
})();
`;

/** The thread ends after this time without a search. */
const REST_MS = 30_000;
/** A search holds little, but an expression's automaton can take some MiB. */
const MEMORY_MB = 128;

interface Waiting {
  readonly resolve: (findings: LogFindings) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Searches output in a thread, because the engine for expressions is JavaScript and would hold up the host, and because
 * a thread shares nothing that a search could damage. It is started for the first search and ends when it has nothing
 * to do.
 */
export class SearchWorker {
  readonly #layout: LogLayout;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #rest: NodeJS.Timeout | null = null;
  #lastId = 0;

  constructor(layout: LogLayout) {
    this.#layout = layout;
  }

  search(query: LogQuery, search: LogSearch, openGeneration: number | null, signal: AbortSignal): Promise<LogFindings> {
    signal.throwIfAborted();
    const worker = (this.#worker ??= this.#start());
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#rest = null;
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        worker.postMessage({ type: 'abort', id } satisfies SearchOrder);
        this.#take(id)?.reject(new Error('The search was cancelled.'));
      };
      signal.addEventListener('abort', abort, { once: true });
      const settled = <T>(settle: (result: T) => void) => {
        return (result: T): void => {
          signal.removeEventListener('abort', abort);
          settle(result);
        };
      };
      this.#waiting.set(id, { resolve: settled(resolve), reject: settled(reject) });
      worker.postMessage({ type: 'search', id, query, search, openGeneration } satisfies SearchOrder);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#end(new Error('The host is shutting down.'));
    await worker?.terminate();
  }

  #start(): Worker {
    const here = import.meta.url;
    const module = new URL(here.endsWith('.ts') ? './search-thread.ts' : './search-thread.js', here).href;
    const worker = new Worker(SCRIPT, {
      eval: true,
      workerData: { module, ...this.#layout },
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    worker.unref();
    worker.on('message', (answer: SearchAnswer) => {
      const waiting = this.#take(answer.id);
      if ('error' in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.findings);
    });
    worker.on('error', (error) => {
      if (worker === this.#worker) this.#end(new Error(`The search failed: ${String(error)}`));
    });
    worker.on('exit', () => {
      if (worker === this.#worker) this.#end(new Error('The search ended.'));
    });
    return worker;
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0 && this.#worker !== null) this.#restLater(this.#worker);
    return waiting;
  }

  #restLater(worker: Worker): void {
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#worker = null;
      void worker.terminate();
    }, REST_MS).unref();
  }

  #end(error: Error): void {
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#rest = null;
    this.#worker = null;
    for (const { reject } of [...this.#waiting.values()]) reject(error);
    this.#waiting.clear();
  }
}
