import type { LogItem, LogQuery } from '../model/values/log-line.ts';
import { generationsOf } from './files.ts';
import { LaunchReader } from './launch-reader.ts';
import type { LogContext } from './log-context.ts';
import type { Poller } from './poller.ts';
import { startPositionsOf, type StartPositions } from './start-positions.ts';

type Batches = AsyncGenerator<readonly LogItem[], void, undefined>;

/** Reads what has been written so far; see ServiceLogs.read. */
export async function* readAll(context: LogContext, query: LogQuery): Batches {
  const { serviceId } = query;
  const generations = generationsOf(context.layout, serviceId);
  const starts = await startPositionsOf(context, query, generations);
  const wanted = generations.filter((generation) => generation >= firstOf(starts));
  const missed = missedItems(context, query, starts, wanted[0]);
  if (missed.length > 0) yield missed;
  for (const generation of wanted) {
    const reader = new LaunchReader(context, query, generation, starts);
    try {
      yield* reader.passToEnd(generation !== generations.at(-1) || context.hasEnded(serviceId, generation));
    } finally {
      reader.close();
    }
  }
}

/** Reads what has been written so far, then what follows; see ServiceLogs.follow. */
export async function* followAll(context: LogContext, poller: Poller, query: LogQuery, signal: AbortSignal): Batches {
  const { serviceId } = query;
  const unwatch = poller.watch(serviceId);
  const isOver = (): boolean => signal.aborted || poller.isClosed;
  let reader: LaunchReader | null = null;
  let hasStarted = false;
  try {
    const starts = await startPositionsOf(context, query, poller.check(serviceId).generations);
    let from = firstOf(starts);
    while (!isOver()) {
      const { version, generations } = poller.check(serviceId);
      const next = generations.find((generation) => generation >= from);
      if (reader === null && next !== undefined) {
        const missed = hasStarted ? [] : missedItems(context, query, starts, next);
        hasStarted = true;
        if (missed.length > 0) yield missed;
        reader = new LaunchReader(context, query, next, starts);
      }
      if (reader !== null) {
        const { generation } = reader;
        const hasSuccessor = generations.some((other) => other > generation);
        for await (const items of reader.pass(hasSuccessor || context.hasEnded(serviceId, generation))) {
          yield items;
          if (isOver()) return;
        }
        if (hasSuccessor) {
          if (!generations.includes(generation)) yield reader.goneItems();
          reader.close();
          reader = null;
          from = generation + 1;
          continue;
        }
      }
      if (!(await poller.changed(serviceId, version, signal))) return;
    }
  } finally {
    reader?.close();
    unwatch();
  }
}

function firstOf(starts: StartPositions): number {
  return Math.min(...[...starts.values()].map(({ generation }) => generation));
}

/**
 * The gaps to report to a reader that continues after its launch was deleted. Generation 0 is not a launch; it means
 * "from the start".
 */
function missedItems(
  context: LogContext,
  query: LogQuery,
  starts: StartPositions,
  first: number | undefined,
): readonly LogItem[] {
  const { start } = query;
  if (start.type !== 'after' || first === undefined || start.position.generation === 0) return [];
  const { generation } = start.position;
  if (first <= generation) return [];
  const gone = new LaunchReader(context, query, generation, starts);
  gone.close();
  return gone.goneItems();
}
