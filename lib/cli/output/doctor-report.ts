import type { Status } from '../../doctor/check.ts';
import type { CheckResult } from '../../doctor/examine.ts';
import { colorsFor, type Colors } from './colors.ts';
import type { TextStream } from './io.ts';

const GRAVITY: readonly Status[] = ['fail', 'warn', 'ok'];

/** The gravest status of all. */
export function verdictOf(results: readonly CheckResult[]): Status {
  return GRAVITY.find((status) => results.some((result) => result.status === status)) ?? 'ok';
}

/** A line for each check, a remedy below each that found something, and a count. */
export function renderReport(results: readonly CheckResult[], stream: TextStream, env: NodeJS.ProcessEnv): string {
  const colors = colorsFor(stream, env);
  const width = Math.max(...results.map(({ title }) => title.length));
  const lines = results.flatMap(({ status, title, detail, remedy }) => [
    `${painted(status, colors)}  ${title.padEnd(width)}  ${detail}`,
    ...(remedy === null ? [] : [`${' '.repeat(8)}${colors.bold('fix:')} ${remedy}`]),
  ]);
  const count = (status: Status): number => results.filter((result) => result.status === status).length;
  const sum = `${results.length} checks: ${count('fail')} failed, ${count('warn')} with a warning.`;
  return [...lines, '', sum].map((line) => `${line}\n`).join('');
}

function painted(status: Status, colors: Colors): string {
  const word = (status === 'skipped' ? '-' : status).padEnd(4);
  switch (status) {
    case 'ok':
      return colors.green(word);
    case 'warn':
      return colors.yellow(word);
    case 'fail':
      return colors.red(word);
    case 'skipped':
      return colors.dim(word);
  }
}
