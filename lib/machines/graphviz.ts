import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Graph } from '@viz-js/viz';

/**
 * Runs in a thread of its own: laying out a big graph takes seconds. Plain JavaScript, because a thread is started from
 * what exists at run time, built or not.
 */
const SCRIPT = `
const { parentPort, workerData } = require('node:worker_threads');
const loading = require(workerData).instance();
parentPort.on('message', async ({ id, graph }) => {
  try {
    parentPort.postMessage({ id, svg: (await loading).renderString(graph, { format: 'svg' }) });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error) });
  }
});
`;

interface Answer {
  readonly id: number;
  readonly svg?: string;
  readonly error?: string;
}

interface Waiting {
  readonly resolve: (svg: string) => void;
  readonly reject: (error: Error) => void;
}

/** Graphviz as WebAssembly in a thread that starts with the first drawing and does not keep the program alive. */
class Graphviz {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #last = 0;

  draw(graph: Graph): Promise<string> {
    const worker = (this.#worker ??= this.#start());
    this.#last += 1;
    const id = this.#last;
    worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, graph });
    });
  }

  #start(): Worker {
    const worker = new Worker(SCRIPT, {
      eval: true,
      workerData: createRequire(import.meta.url).resolve('@viz-js/viz'),
    });
    worker.on('message', ({ id, svg, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
      if (svg === undefined) waiting?.reject(new Error(`Graphviz could not draw: ${error ?? 'no reason given'}.`));
      else waiting?.resolve(svg);
    });
    worker.on('error', (cause) => {
      this.#end(cause);
    });
    worker.on('exit', (code) => {
      this.#end(new Error(`its thread exited with code ${code}`));
    });
    return worker;
  }

  /** The next drawing starts a new thread. */
  #end(cause: Error): void {
    this.#worker = null;
    for (const { reject } of this.#waiting.values())
      reject(new Error('Graphviz crashed. Retry the request.', { cause }));
    this.#waiting.clear();
  }
}

/** The instance of this process. */
export const graphviz = new Graphviz();
