import type { Status } from '../../doctor/check.ts';
import type { CheckResult } from '../../doctor/examine.ts';
import { colorsFor, type Colors } from './colors.ts';
import type { TextStream } from './io.ts';
import { paragraph } from './table.ts';

const BY_SEVERITY: readonly Status[] = ['fail', 'warn', 'ok'];

/** The worst status of all. */
export function verdictOf(results: readonly CheckResult[]): Status {
  return BY_SEVERITY.find((status) => results.some((result) => result.status === status)) ?? 'ok';
}

/** One line per check, with a remedy below each finding, and a count. */
export function renderReport(results: readonly CheckResult[], stream: TextStream, env: NodeJS.ProcessEnv): string {
  const colors = colorsFor(stream, env);
  const width = Math.max(...results.map(({ title }) => title.length));
  const columns = stream.isTTY === true ? stream.columns : undefined;
  const below = (text: string, start: number): string => {
    const wrapped = paragraph(text, columns === undefined ? undefined : columns - start);
    return wrapped.replaceAll('\n', `\n${' '.repeat(start)}`);
  };
  const lines = results.flatMap(({ status, title, detail, remedy }) => [
    `${colored(status, colors)}  ${title.padEnd(width)}  ${below(detail, width + 8)}`,
    ...(remedy === null ? [] : [`${' '.repeat(8)}${colors.bold('fix:')} ${below(remedy, 13)}`]),
  ]);
  const count = (status: Status): number => results.filter((result) => result.status === status).length;
  const sum = `${results.length} checks: ${count('fail')} failed, ${count('warn')} with a warning.`;
  return [...lines, '', sum].map((line) => `${line}\n`).join('');
}

function colored(status: Status, colors: Colors): string {
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
