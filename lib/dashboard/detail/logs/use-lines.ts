import { useEffect, useState } from 'react';
import type { LogItemView } from '../../../api/schemas/log.ts';
import { useHost } from '../../host-context.ts';
import { sentenceOf } from '../../words/sentence.ts';
import { NO_ROWS, withLines } from './lines.ts';
import type { LogRows } from './lines.ts';

const TAIL = 1_000;
/** Lines that arrive within this time are rendered together. */
const BATCH_MS = 80;

/** Which output to show. */
export type Stream = 'stdout' | 'stderr' | 'both';

/** The available output. */
export interface Output extends LogRows {
  readonly problem: string | null;
}

/** The output of a service: its last lines and new ones. */
export function useLines(id: string, stream: Stream): Output {
  const { client } = useHost();
  const [output, setOutput] = useState<Output>({ ...NO_ROWS, problem: null });
  useEffect(() => {
    setOutput({ ...NO_ROWS, problem: null });
    const leave = new AbortController();
    const { signal } = leave;
    let waiting: LogItemView[] = [];
    const draw = (): void => {
      const items = waiting;
      waiting = [];
      setOutput((before) => ({ ...withLines(before, items), problem: null }));
    };
    const read = async (): Promise<void> => {
      const query = { tail: TAIL, follow: true, ...(stream === 'both' ? {} : { stream }) };
      for await (const item of client.followLogs({ id, query, signal })) {
        if (waiting.length === 0) setTimeout(draw, BATCH_MS);
        waiting.push(item);
      }
    };
    read().catch((error: unknown) => {
      if (!signal.aborted) setOutput((before) => ({ ...before, problem: sentenceOf(error) }));
    });
    return () => {
      leave.abort();
      waiting = [];
    };
  }, [client, id, stream]);
  return output;
}
