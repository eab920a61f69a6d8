import { ProblemError, UnreachableError } from '../../client/client.ts';
import type { Problem } from '../../api/schemas/problem.ts';
import { OptionError } from '../option-paths.ts';
import { EXIT } from '../output/exit-codes.ts';
import { printJson, type TextStream } from '../output/io.ts';
import { HostAbsentError } from './host-url.ts';

/** Why a command did not do what it was asked. */
export interface Complaint {
  readonly code: number;
  /** What programs get: the problem document of the host, or one with what the command itself has to say. */
  readonly document: Partial<Problem>;
}

/** A complaint that no host made. */
export function ownComplaint(code: number, title: string, detail: string): Complaint {
  return { code, document: { title, detail } };
}

/** What an error of a command means; null: it is a mistake in this program. */
export function complaintOf(error: unknown): Complaint | null {
  if (error instanceof ProblemError) return { code: EXIT.failed, document: error.problem };
  if (error instanceof UnreachableError || error instanceof HostAbsentError) {
    return ownComplaint(EXIT.unreachable, 'Host not reachable', error.message);
  }
  if (error instanceof OptionError) return ownComplaint(EXIT.usage, 'Unusable option', error.message);
  return null;
}

/** Says it on stderr: a sentence and a line for each field, or one document for programs. */
export function complain(err: TextStream, { document }: Complaint, isJson: boolean): void {
  if (isJson) {
    printJson(err, document);
    return;
  }
  err.write(`error: ${document.detail ?? document.title ?? ''}\n`);
  for (const { path, message, line, column } of document.errors ?? []) {
    const place = line === undefined ? '' : `${line}:${column ?? 1}: `;
    err.write(`  ${place}${path === '' ? '' : `${path}: `}${message}\n`);
  }
}
