import { EXIT } from '../../host/exit-codes.ts';
import { shownTime } from '../../frontend/words/local-time.ts';
import { bytes, counted } from '../../frontend/words/amount.ts';
import type { Period } from '../../frontend/timeline/period.ts';
import { printJson } from '../output/io.ts';
import type { HostContext, HostRun } from '../host/context.ts';
import { instantOf } from '../host/host-options.ts';
import { OptionError } from '../serve/option-values.ts';
import { writeWhole } from './write-whole.ts';

/** What to write, and where. */
export interface ReportOptions {
  /** A file; `-`: the standard output. */
  readonly output: string;
  readonly agent?: string;
  readonly service?: string;
  readonly since?: string;
  readonly until?: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Writes what happened to one HTML file. */
export function report(options: ReportOptions): HostRun {
  return async (context) => {
    const { output, agent = null, service = null } = options;
    if (agent !== null && service !== null)
      throw new OptionError('--agent cannot be given together with --service: a service is part of its agent.');
    const now = context.now();
    const range = rangeOf(options, now);
    const { makeReport } = await import('../../report/make-report.ts');
    const made = await makeReport(context.client, { agent, service }, range, now, context.interrupted);
    if (output === '-') context.out.write(made.text);
    else writeWhole(output, made.text);
    if (made.knownSince !== null) sayKnownSince(context, made.knownSince);
    if (output !== '-') sayWritten(context, output, range, made);
    return EXIT.ok;
  };
}

function rangeOf({ since, until }: ReportOptions, now: number): Period {
  const to = until === undefined ? now : Date.parse(instantOf('--until', until, now));
  const from = since === undefined ? to - DAY_MS : Date.parse(instantOf('--since', since, now));
  if (from < to) return { from, to };
  throw new OptionError(
    `--since: ${shownTime(new Date(from).toISOString())} is not before the end, ${shownTime(new Date(to).toISOString())}.`,
  );
}

function sayKnownSince({ err, isJson }: HostContext, at: number): void {
  if (isJson) return;
  err.write(`The host knows nothing of the time before ${shownTime(new Date(at).toISOString()).slice(0, 19)}.\n`);
}

function sayWritten(
  { out, err, isJson }: HostContext,
  file: string,
  { from, to }: Period,
  {
    text,
    crashes,
    knownSince,
  }: { readonly text: string; readonly crashes: number; readonly knownSince: number | null },
): void {
  const size = Buffer.byteLength(text);
  if (isJson) {
    const iso = (at: number): string => new Date(at).toISOString();
    const known = knownSince === null ? null : iso(knownSince);
    printJson(out, { file, bytes: size, since: iso(from), until: iso(to), known_since: known, crashes });
  } else err.write(`Wrote a report with ${counted(crashes, 'crash', 'crashes')} to ${file} (${bytes(size)}).\n`);
}
