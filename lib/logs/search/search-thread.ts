/** The thread in which output is searched; lib/logs/search/search-worker.ts starts it and sends it the orders. */
import { parentPort, workerData } from 'node:worker_threads';
import type { LogLayout } from '../../launching/log-layout.ts';
import { ActiveReaders } from '../active-readers.ts';
import type { LogContext } from '../log-context.ts';
import { ReleasedOffsets } from '../plain/released-offsets.ts';
import { searchOutput } from './search.ts';
import type { SearchAnswer, SearchOrder } from './search-worker.ts';

/** After this time a search answers with what it has found. */
const PART_MS = 1_000;

const layout = workerData as LogLayout; // see SearchWorker
const aborted = new Set<number>();
let last: Promise<void> = Promise.resolve();

/** The thread deletes nothing and keeps nothing from being deleted: what is deleted while it reads is a gap. */
function contextOf(openGeneration: number | null): LogContext {
  return {
    layout,
    releasedOffsets: new ReleasedOffsets(),
    activeReaders: new ActiveReaders(),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    hasEnded: (_, generation) => generation !== openGeneration,
  };
}

async function answer({ id, query, search, openGeneration }: Extract<SearchOrder, { type: 'search' }>): Promise<void> {
  const until = performance.now() + (search.budgetMs ?? PART_MS);
  const isOver = (): boolean => performance.now() >= until || aborted.has(id);
  const reply = (message: SearchAnswer): void => parentPort?.postMessage(message);
  try {
    if (!aborted.has(id)) reply({ id, findings: await searchOutput(contextOf(openGeneration), query, search, isOver) });
  } catch (error) {
    reply({ id, error: error instanceof Error ? error.message : String(error) });
  }
  aborted.delete(id);
}

parentPort?.on('message', (order: SearchOrder) => {
  if (order.type === 'abort') aborted.add(order.id);
  else last = last.then(() => answer(order));
});
