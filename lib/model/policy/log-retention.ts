import type { LogStream } from '../values/log-line.ts';

/** One stored launch and the bytes that each of its streams takes. */
export interface LaunchBytes {
  readonly generation: number;
  readonly bytes: Readonly<Record<LogStream, number>>;
}

/** What to release: whole launches, and bytes at the head of a stream. */
export interface ReleasePlan {
  readonly launches: readonly number[];
  readonly releasedOffsets: readonly {
    readonly generation: number;
    readonly stream: LogStream;
    readonly bytes: number;
  }[];
}

/** Release down to this share, so that a service with steady output is not trimmed at every sweep. */
const TARGET_SHARE = 7 / 8;

/**
 * What a service must release to stay within `maxBytes` and `keep` launches, oldest first: whole launches where they
 * must go entirely, then the head of the oldest that may stay. `launches` is ordered oldest first; the last one is
 * never released whole. Within one launch the larger stream is trimmed first, so that a chatty stdout does not cost the
 * few lines of stderr.
 */
export function planRelease(launches: readonly LaunchBytes[], maxBytes: number, keep: number): ReleasePlan {
  const beyond = Math.max(0, launches.length - Math.max(1, keep));
  const given = launches.slice(0, beyond).map(({ generation }) => generation);
  const kept = launches.slice(beyond);
  const total = kept.reduce((sum, { bytes }) => sum + bytes.stdout + bytes.stderr, 0);
  let excess = total <= maxBytes ? 0 : total - Math.floor(maxBytes * TARGET_SHARE);
  const releasedOffsets: { generation: number; stream: LogStream; bytes: number }[] = [];
  for (const [index, { generation, bytes }] of kept.entries()) {
    if (excess <= 0) break;
    const size = bytes.stdout + bytes.stderr;
    if (size <= excess && index < kept.length - 1) given.push(generation);
    else releasedOffsets.push(...headsOf(generation, bytes, Math.min(excess, size)));
    excess -= size;
  }
  return { launches: given, releasedOffsets };
}

function headsOf(generation: number, bytes: LaunchBytes['bytes'], excess: number): ReleasePlan['releasedOffsets'] {
  const left = bytes.stdout + bytes.stderr - excess;
  const stdoutLeft = Math.min(bytes.stdout, Math.max(Math.ceil(left / 2), left - bytes.stderr));
  const stdout = bytes.stdout - stdoutLeft;
  return [
    { generation, stream: 'stdout' as const, bytes: stdout },
    { generation, stream: 'stderr' as const, bytes: excess - stdout },
  ].filter((head) => head.bytes > 0);
}
