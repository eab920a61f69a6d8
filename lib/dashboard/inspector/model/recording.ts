import { isMessage } from './message.ts';
import type { Message } from './message.ts';
import { NO_LIMITS, Tape } from './tape.ts';

const FORMAT = 'coredinator-inspector-recording';
/** Increases with every change of the form. */
const VERSION = 1;

/** What happened in a host while somebody recorded it; it can be played back without the host. */
export interface Recording {
  readonly host: { readonly name: string; readonly version: string };
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** The drawing of each statechart, by its name. */
  readonly charts: Readonly<Record<string, string>>;
  /** First those with the state at the start. */
  readonly messages: readonly Message[];
}

/** The text of a file; `messages` are JSON already. */
export function recordingText(
  { host, startedAt, endedAt, charts }: Omit<Recording, 'messages'>,
  messages: readonly string[],
): string {
  const head = { format: FORMAT, version: VERSION, host, started_at: startedAt, ended_at: endedAt, charts };
  return `${JSON.stringify(head).slice(0, -1)},"messages":[\n${messages.join(',\n')}\n]}\n`;
}

/** Reads a file. Throws an error whose message says what is wrong with it. */
export function parseRecording(text: string): Recording {
  const file = objectIn(text);
  const { format, version, host, started_at: startedAt, ended_at: endedAt, charts, messages } = file;
  if (format !== FORMAT) throw new Error('This file is no recording of the inspector.');
  if (version !== VERSION)
    throw new Error(
      `This recording has version ${String(version)}; this page reads version ${VERSION}. Open it with the Coredinator that recorded it.`,
    );
  if (!isHost(host) || !isInstant(startedAt) || !isInstant(endedAt) || !isTexts(charts) || !Array.isArray(messages))
    throw new Error('This recording is incomplete: its host, times, charts or messages are missing.');
  const wrong = messages.findIndex((message) => !isMessage(message));
  if (wrong !== -1) throw new Error(`Message ${wrong + 1} of this recording is not one that a host sends.`);
  return { host, startedAt, endedAt, charts, messages: messages as readonly Message[] }; // checked above
}

/** Everything in a recording. */
export function tapeOf({ messages }: Recording): Tape {
  const tape = new Tape(NO_LIMITS);
  for (const message of messages) tape.append(message, JSON.stringify(message));
  return tape;
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  const parsed = parsedOr(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error('This file is no recording of the inspector.');
  return parsed as Readonly<Record<string, unknown>>; // of an object
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('This file is no recording of the inspector, or only a part of one: it is not JSON.', { cause });
  }
}

function isHost(value: unknown): value is Recording['host'] {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('version' in value)) return false;
  return typeof value.name === 'string' && typeof value.version === 'string';
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}
