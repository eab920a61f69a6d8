import type { LogItem, LogQuery } from '../model/values/log-line.ts';
import type { Batches, LaunchOutput, LaunchReader } from './launch-output.ts';
import type { LogContext } from './log-context.ts';
import { goneOutput, outputsOf } from './outputs.ts';
import { firstPosition, launchesFrom, rangesOf, startPositionsOf, type StartPositions } from './start-positions.ts';
import type { Watch } from './watch.ts';

/** What a walk tells on its way. */
export interface WalkEvents {
  /** The position from which a later walk would give the same. */
  started(position: string): void;
  /** All that has been written was given; what follows will be new. */
  caughtUp(): void;
  /** There is something new. */
  woken(): void;
}

/** Reads what has been written so far; see ServiceLogs.read. */
export async function* readAll(context: LogContext, query: LogQuery, events?: Pick<WalkEvents, 'started'>): Batches {
  const { serviceId } = query;
  const outputs = wantedOf(query, outputsOf(context, serviceId));
  const starts = await startPositionsOf(context, query, outputs);
  events?.started(await firstPosition(query, outputs, starts));
  const wanted = launchesFrom(outputs, starts);
  const missed = missedItems(context, query, starts, wanted[0]);
  if (missed.length > 0) yield missed;
  const newest = outputs.at(-1)?.generation;
  for (const output of wanted) {
    const reader = output.read(await rangesOf(output, query, starts));
    try {
      yield* reader.passToEnd(output.generation !== newest || context.hasEnded(serviceId, output.generation));
    } finally {
      reader.close();
    }
  }
}

/** Reads what has been written so far, then what follows; see ServiceLogs.follow. */
export async function* followAll(
  context: LogContext,
  watch: Watch,
  query: LogQuery,
  signal: AbortSignal,
  events?: WalkEvents,
): Batches {
  const { serviceId } = query;
  const unwatch = watch.watch(serviceId);
  const isOver = (): boolean => signal.aborted || watch.isClosed;
  let reader: LaunchReader | null = null;
  let hasStarted = false;
  try {
    const existing = wantedOf(query, watch.check(serviceId).outputs);
    const starts = await startPositionsOf(context, query, existing);
    events?.started(await firstPosition(query, existing, starts));
    let from = firstOf(starts);
    while (!isOver()) {
      const { version, outputs: all } = watch.check(serviceId);
      const outputs = wantedOf(query, all);
      const next = outputs.find(({ generation }) => generation >= from);
      if (reader === null && next !== undefined) {
        const missed = hasStarted ? [] : missedItems(context, query, starts, next);
        hasStarted = true;
        if (missed.length > 0) yield missed;
        reader = next.read(await rangesOf(next, query, starts));
      }
      if (reader !== null) {
        const { generation } = reader;
        const hasSuccessor = outputs.some((other) => other.generation > generation);
        for await (const items of reader.pass(hasSuccessor || context.hasEnded(serviceId, generation))) {
          yield items;
          if (isOver()) return;
        }
        if (hasSuccessor) {
          if (!outputs.some((other) => other.generation === generation)) yield reader.goneItems();
          reader.close();
          reader = null;
          from = generation + 1;
          continue;
        }
      }
      events?.caughtUp();
      if (!(await watch.changed(serviceId, version, signal))) return;
      events?.woken();
    }
  } finally {
    reader?.close();
    unwatch();
  }
}

/** Those of the launch that is wanted, if it is one. */
export function wantedOf({ generation }: LogQuery, outputs: readonly LaunchOutput[]): readonly LaunchOutput[] {
  return generation === undefined ? outputs : outputs.filter((one) => one.generation === generation);
}

function firstOf(starts: StartPositions): number {
  return Math.min(...[...starts.values()].map(({ generation }) => generation));
}

/**
 * The gaps to report to a reader that continues after its launch was deleted. Generation 0 is not a launch; it means
 * "from the start".
 */
export function missedItems(
  context: LogContext,
  query: LogQuery,
  starts: StartPositions,
  first: LaunchOutput | undefined,
): readonly LogItem[] {
  const { start, streams, serviceId } = query;
  if (start.type !== 'after' || first === undefined || start.position.generation === 0) return [];
  const { position } = start;
  if (first.generation <= position.generation) return [];
  const output = goneOutput(context, serviceId, position, streams);
  const ranges = streams.map(
    (stream) => [stream, { from: output.offsetAt(position, stream, streams) ?? 0, to: Infinity }] as const,
  );
  const gone = output.read(new Map(ranges));
  gone.close();
  return gone.goneItems();
}
