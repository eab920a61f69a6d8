import { ConfigInvalidError } from '../model/errors.ts';

/** The path from the root of a document to one of its values. */
export type Path = readonly (string | number)[];

/** The position of a value in a file; both numbers start at 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A problem of the value (or, if `isKey`, of the key) at a path; the message continues "<path> ". */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  readonly isKey?: boolean;
}

/** How many problems of a file are reported; finding the positions of very many would take too long. */
const MAX_PROBLEMS = 50;

/** A path for messages: `kinds.corerl.args[1]`. */
export function formatPath(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

/**
 * The error for a file: its message names the file and the first problem, in the order of the file, with line:column.
 * It contains at most 50 problems.
 */
export function configInvalid<P extends Problem>(
  file: string,
  problems: readonly P[],
  placeOf: (problem: P) => Place | undefined,
  cause?: unknown,
): ConfigInvalidError {
  const issues = problems
    .slice(0, MAX_PROBLEMS)
    .map((problem) => ({ path: formatPath(problem.path), message: problem.message, ...placeOf(problem) }))
    .sort(byPlace);
  const [first] = issues;
  if (first === undefined) throw new Error(`The refusal of "${file}" names no problem.`);
  const where = first.line === undefined ? file : `${file}:${first.line}:${first.column ?? 1}`;
  const subject = first.path === '' ? '' : `${first.path} `;
  const others = problems.length - 1;
  const more = others === 0 ? '' : ` (and ${others} more ${others === 1 ? 'problem' : 'problems'})`;
  return new ConfigInvalidError(`${where}: ${subject}${first.message}${more}.`, issues, { cause });
}

/** Problems without a position come last. */
function byPlace(a: Partial<Place>, b: Partial<Place>): number {
  const [lineA, lineB] = [a.line ?? Number.MAX_VALUE, b.line ?? Number.MAX_VALUE];
  return lineA - lineB || (a.column ?? 0) - (b.column ?? 0);
}
