import type { Period } from '../frontend/timeline/period.ts';
import type { Subject } from './content.ts';
import { readReport } from './reading/read.ts';
import type { ReportReader } from './reading/read.ts';
import { writeReport } from './writing/document.ts';

/** A finished report. */
export interface Report {
  /** One HTML document. */
  readonly text: string;
  /** The name of the host. */
  readonly host: string;
  readonly crashes: number;
  /** From when on the host knows anything, if that is within the range or after it; null: it knows all of it. */
  readonly knownSince: number | null;
}

/**
 * Makes one self-contained HTML document about a host, or about one agent or service: what the host answers, with
 * everything masked as it masks it. Rejects with ProblemError if the subject is unknown, and with UnreachableError if the
 * host is away.
 */
export async function makeReport(
  client: ReportReader,
  subject: Subject,
  range: Period,
  now: number,
  signal: AbortSignal,
): Promise<Report> {
  const content = await readReport(client, subject, range, now, signal);
  const { timeline, crashes, health } = content;
  const storedSince = timeline.type === 'read' ? timeline.value.storedSince : null;
  return {
    text: writeReport(content),
    host: health.name,
    crashes: crashes.type === 'read' ? crashes.value.items.length + crashes.value.omitted : 0,
    knownSince: storedSince !== null && storedSince > range.from ? storedSince : null,
  };
}

/** A name for the file of a report. */
export function reportFileName(host: string, { to }: Period): string {
  const name = host.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '');
  return `report-${name === '' ? 'host' : name}-${new Date(to).toISOString().slice(0, 16).replace(/[T:]/g, '-')}.html`;
}
