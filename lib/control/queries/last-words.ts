import type { LastExit, ServiceContext } from '../../actors/service/context.ts';
import type { OutputTailView } from '../../api/schemas/launch.ts';
import { EXPECTED_ENDS } from '../../model/states.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import { LOG_STREAMS, type LogLine } from '../../model/values/log-line.ts';
import { redactor } from '../../model/values/redaction.ts';
import type { LaunchHistory, TailLine } from '../../ports/launch-ledger.ts';
import type { ServiceLogs } from '../../ports/service-logs.ts';

const LINES = 20;
const BYTES = 4096;

/** A launch whose output is read. */
interface Spoken {
  readonly serviceId: ServiceId;
  readonly generation: number;
  /** Its environment: what it was given, and what it inherited. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The end of the stored output of a launch: at most 20 lines and 4 KiB, without values of its environment. Null: nothing is
 * left of it.
 */
export async function readTail(
  logs: Pick<ServiceLogs, 'read'>,
  { serviceId, generation, env }: Spoken,
): Promise<readonly TailLine[] | null> {
  const query = { serviceId, streams: LOG_STREAMS, generation };
  const found: LogLine[] = [];
  for await (const items of logs.read({ ...query, start: { type: 'before', position: null, lines: LINES } }))
    for (const item of items) if (item.type === 'line' && item.text !== '') found.push(item);
  const redact = redactor(env);
  let left = BYTES;
  const lines: TailLine[] = [];
  for (const { at, stream, text } of found.slice(-LINES).reverse()) {
    const shown = redact(text);
    left -= Buffer.byteLength(shown);
    if (left < 0) break;
    lines.unshift({ at, stream, text: shown });
  }
  return lines.length === 0 ? null : lines;
}

/** What last words are read from. */
export interface TailPorts {
  readonly logs: Pick<ServiceLogs, 'read'>;
  readonly launches: Pick<LaunchHistory, 'one'>;
  /** What the process got of the environment of the host; default: nothing. */
  readonly inherited?: Readonly<Record<string, string>>;
}

/**
 * The last words of the last process of a service that ended: as they were stored with its launch, or else from its output.
 * Null: none has ended, or nothing is left of its output.
 */
export async function outputTail(
  { logs, launches, inherited = {} }: TailPorts,
  { spec, lastExit }: ServiceContext,
): Promise<OutputTailView | null> {
  if (lastExit === null) return null;
  const { generation } = lastExit;
  const launch = await launches.one(spec.id, generation).catch(() => null);
  const env = { ...inherited, ...(launch?.launched?.env ?? spec.env) };
  const lines = launch?.end?.outputTail ?? (await readTail(logs, { serviceId: spec.id, generation, env }));
  return lines === null ? null : { generation, lines: [...lines] };
}

const SENTENCE_CHARACTERS = 200;

/** The last line that a process wrote before it failed, as a sentence: a traceback ends with what went wrong. */
export function lastWords({ lastExit, launch }: ServiceContext, tail: OutputTailView | null): readonly string[] {
  const text = tail?.lines.at(-1)?.text.trim() ?? '';
  if (text === '' || lastExit === null || launch !== null || isExpected(lastExit)) return [];
  const shown = text.length > SENTENCE_CHARACTERS ? `${text.slice(0, SENTENCE_CHARACTERS)}…` : text;
  return [`Its last words: ${JSON.stringify(shown)}.`];
}

function isExpected({ class: exitClass }: LastExit): boolean {
  return EXPECTED_ENDS.includes(exitClass);
}
