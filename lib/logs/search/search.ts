import { formatPosition, type LogFindings, type LogQuery, type LogSearch } from '../../model/values/log-line.ts';
import type { LaunchOutput, StreamRanges } from '../launch-output.ts';
import type { LogContext } from '../log-context.ts';
import { outputsOf } from '../outputs.ts';
import { launchesFrom, rangesOf, startPositionsOf } from '../start-positions.ts';
import { missedItems, wantedOf } from '../walk.ts';
import { Findings } from './findings.ts';
import { LineFilter } from './line-filter.ts';

/** Searches until enough is found, all is searched, or `isOver` says so. */
export async function searchOutput(
  context: LogContext,
  query: LogQuery,
  search: LogSearch,
  isOver: () => boolean,
): Promise<LogFindings> {
  const { serviceId, start } = query;
  const outputs = wantedOf(query, outputsOf(context, serviceId));
  const starts = await startPositionsOf(context, query, outputs);
  const launches = await Promise.all(
    launchesFrom(outputs, starts).map(async (output) => ({ output, ranges: await rangesOf(output, query, starts) })),
  );
  const streams = new Set<string | null>(query.streams);
  const findings = new Findings(new LineFilter(search.expression), search, ({ stream }) => streams.has(stream));
  for (const gap of missedItems(context, query, starts, launches[0]?.output)) findings.take(gap);
  const totalBytes = launches.reduce((sum, { output, ranges }) => sum + sizeOf(output, ranges), 0);
  let searchedBytes = 0;
  let next = start.type === 'after' ? formatPosition(start.position) : null;
  const result = (isComplete: boolean): LogFindings => {
    const bytes = { searchedBytes: Math.min(searchedBytes, totalBytes), totalBytes };
    return { findings: findings.found, next, isComplete, ...bytes };
  };
  for (const { output, ranges } of launches) {
    const reader = output.read(ranges, (records, offset) => findings.needs(records, output.generation, offset));
    const before = searchedBytes;
    try {
      for await (const items of reader.passToEnd(context.hasEnded(serviceId, output.generation))) {
        for (const item of items) {
          if (!findings.take(item)) return result(false);
          next = item.position;
          if (findings.isFull) return result(false);
        }
        next = reader.position;
        searchedBytes = before + reader.passedBytes;
        if (!findings.mayPause || !isOver()) continue;
        next = findings.resumePosition ?? next;
        return result(false);
      }
      next = reader.position;
      searchedBytes = before + reader.passedBytes;
    } finally {
      reader.close();
    }
  }
  return result(true);
}

function sizeOf(output: LaunchOutput, ranges: StreamRanges): number {
  const parts = [...ranges].map(([stream, { from, to }]) => {
    const end = Math.min(to, output.endOf(stream) ?? 0);
    return { from, size: Math.max(0, end - Math.max(from, output.startOf(stream))) };
  });
  return output.isJoint
    ? Math.max(0, ...parts.map(({ size }) => size))
    : parts.reduce((sum, { size }) => sum + size, 0);
}
