import type { ServiceContext } from '../../actors/service/context.ts';
import type { OutputTailView } from '../../api/schemas/explain.ts';
import { LOG_STREAMS, type LogLine } from '../../model/values/log-line.ts';
import { redactor } from '../../model/values/redaction.ts';
import type { ServiceLogs } from '../../ports/service-logs.ts';

const LINES = 20;
const BYTES = 4096;

/**
 * The end of the output of the last process that ended: at most 20 lines and 4 KiB, without values of its environment.
 * Null: none has ended, or nothing is left of its output.
 */
export async function outputTail(
  logs: ServiceLogs,
  { spec, lastExit }: ServiceContext,
): Promise<OutputTailView | null> {
  if (lastExit === null) return null;
  const { generation } = lastExit;
  const position = { generation, offsets: [Infinity] };
  const query = { serviceId: spec.id, streams: LOG_STREAMS, generation };
  const found: LogLine[] = [];
  for await (const items of logs.read({ ...query, start: { type: 'before', position, lines: LINES } }))
    for (const item of items) if (item.type === 'line' && item.text !== '') found.push(item);
  const redact = redactor(spec.env);
  let left = BYTES;
  const lines = [];
  for (const { at, stream, text } of found.slice(-LINES).reverse()) {
    const shown = redact(text);
    left -= Buffer.byteLength(shown);
    if (left < 0) break;
    lines.unshift({ at, stream, text: shown });
  }
  return lines.length === 0 ? null : { generation, lines };
}

/** Ends that nobody asks the reason of. */
const EXPECTED: ReadonlySet<string> = new Set(['clean', 'stopped']);
const SENTENCE_CHARACTERS = 200;

/** The last line that a process wrote before it failed, as a sentence: a traceback ends with what went wrong. */
export function lastWords({ lastExit, launch }: ServiceContext, tail: OutputTailView | null): readonly string[] {
  const text = tail?.lines.at(-1)?.text.trim() ?? '';
  if (text === '' || lastExit === null || launch !== null || EXPECTED.has(lastExit.class)) return [];
  const shown = text.length > SENTENCE_CHARACTERS ? `${text.slice(0, SENTENCE_CHARACTERS)}…` : text;
  return [`Its last words: ${JSON.stringify(shown)}.`];
}
