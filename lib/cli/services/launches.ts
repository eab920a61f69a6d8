import type { ComparisonView, LaunchPageView, LaunchView } from '../../api/schemas/launch.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { ageSince, headOf, memorySize, paragraph, table, type Cell } from '../output/table.ts';
import { differencesOf, endOf, isFailed } from '../../frontend/launches/words.ts';
import { plain } from '../../frontend/words/visible.ts';

/** Which launches to print. */
export interface LaunchOptions {
  readonly lines?: number;
  readonly compare?: number;
}

/** A terminal that is wide enough for two tails next to each other. */
const WIDE = 100;
const BETWEEN = ' │ ';

/** The launches of a service, and the last failed one next to the last stable one. */
export function serviceLaunches(id: string, { lines, compare }: LaunchOptions): HostRun {
  return async (context) => {
    const query = { compare, ...(lines === undefined ? {} : { limit: lines }) };
    const page = await context.client.listLaunches({ id, query });
    printResult(context, page, () => launchesText(context, page));
    return EXIT.ok;
  };
}

type Look = Pick<HostContext, 'colors' | 'width' | 'now'>;

/** The table, and below it the comparison. */
export function launchesText(look: Look, { service_id: id, launches, comparison }: LaunchPageView): string {
  if (launches.length === 0) return `${id} has never been launched.\n`;
  const parts = [launchTable(look, launches)];
  if (comparison !== null) parts.push(comparisonText(look, comparison));
  return parts.join('\n');
}

const HEAD = ['LAUNCH', 'STARTED', 'UP', 'ENDED', 'VERSION', 'REVISION', 'MEMORY', 'CPU', 'CAUSE'] as const;

function launchTable({ colors, width, now }: Look, launches: readonly LaunchView[]): string {
  const rows = launches.map((launch): readonly Cell[] => [
    { text: String(launch.generation) },
    { text: `${ageSince(launch.launched_at, now())} ago` },
    { text: launch.uptime_ms === null ? '-' : spokenDuration(launch.uptime_ms) },
    { text: endOf(launch), ...(isFailed(launch) ? { paint: colors.red } : {}) },
    { text: launch.version ?? '-' },
    { text: launch.revision ?? '-' },
    { text: launch.max_rss === null ? '-' : memorySize(launch.max_rss) },
    { text: launch.cpu_ms === null ? '-' : spokenDuration(launch.cpu_ms) },
    { text: launch.cause ?? '-' },
  ]);
  return table(headOf(HEAD, colors), rows, width);
}

function comparisonText(look: Look, comparison: ComparisonView): string {
  const { colors, width } = look;
  const { failed, stable } = comparison;
  if (stable === null) {
    const head = `Launch ${failed.generation}: ${endOf(failed)}. No launch before it was stable.`;
    return `${colors.bold(paragraph(head, width))}\n\n${tailOf(failed).join('\n')}\n`;
  }
  const head = `Launch ${failed.generation}: ${endOf(failed)}; before it, launch ${stable.generation} was stable.`;
  const lines = [
    colors.bold(paragraph(head, width)),
    ...differencesOf(comparison).map((sentence) => `  ${sentence}`),
    '',
  ];
  const tails = isWide(look) ? sideBySide(look, stable, failed) : oneAfterTheOther(look, stable, failed);
  return `${[...lines, ...tails].join('\n')}\n`;
}

function titleOf({ generation }: LaunchView, what: string): string {
  return `Last words of launch ${generation} (${what})`;
}

/** The last lines, errors marked, without colours. */
function tailOf({ output_tail: tail }: LaunchView): readonly string[] {
  if (tail === null) return ['  (nothing was left of its output)'];
  return tail.map(({ stream, text }) => `${stream === 'stderr' ? '!' : ' '} ${plain(text)}`);
}

function isWide({ width }: Look): boolean {
  return width !== undefined && width >= WIDE;
}

function oneAfterTheOther({ colors }: Look, stable: LaunchView, failed: LaunchView): readonly string[] {
  return [
    ...[colors.bold(titleOf(stable, 'stable')), ...tailOf(stable), ''],
    ...[colors.bold(titleOf(failed, 'failed')), ...tailOf(failed)],
  ];
}

/** The stable one on the left. Long lines are wrapped, and the last lines are level. */
function sideBySide({ colors, width = WIDE }: Look, stable: LaunchView, failed: LaunchView): readonly string[] {
  const column = Math.floor((width - BETWEEN.length) / 2);
  const left = tailOf(stable).flatMap((line) => wrapped(line, column));
  const right = tailOf(failed).flatMap((line) => wrapped(line, column));
  const height = Math.max(left.length, right.length);
  const rows = Array.from({ length: height }, (_, row) => {
    const one = left[row - height + left.length] ?? '';
    return `${one.padEnd(column)}${BETWEEN}${right[row - height + right.length] ?? ''}`.trimEnd();
  });
  const titles = [titleOf(stable, 'stable').padEnd(column), titleOf(failed, 'failed')];
  return [titles.map((title) => colors.bold(title)).join(BETWEEN), ...rows];
}

/** A line in pieces of at most that many characters; all but the first are indented. */
function wrapped(line: string, width: number): readonly string[] {
  const pieces = [line.slice(0, width)];
  for (let at = width; at < line.length; at += width - 2) pieces.push(`  ${line.slice(at, at + width - 2)}`);
  return pieces;
}
