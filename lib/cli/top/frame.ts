import type { Colors } from '../output/colors.ts';
import { stateCell } from '../output/state.ts';
import { visible } from '../output/visible.ts';
import { ageSince, headOf, memorySize, table, type Cell } from '../output/table.ts';
import { whyAndNext } from '../services/show-services.ts';
import { firstRow, SORTS, type Choice } from './choice.ts';
import { ordered, type Snapshot, type Row } from './snapshot.ts';

/** The environment of a frame. */
export interface FrameContext {
  readonly url: string;
  readonly colors: Colors;
  readonly now: number;
  readonly columns: number | undefined;
}

const COLUMNS = ['SERVICE', 'STATE', 'CPU%', 'MEM', 'PROCS', 'PID', 'RESTARTS', 'FOR', 'REASON'] as const;
const HELP = `q quit  ↑↓ move  order: ${Object.entries(SORTS)
  .map(([name, key]) => `${key} ${name}`)
  .join('  ')}`;
/** Lines above the rows (two of summary, an empty one, the column names) and one line of help below. */
const OTHER_LINES = 5;

/** How many rows fit on a terminal. */
export function rowsPerPage(terminalRows: number): number {
  return Math.max(1, terminalRows - OTHER_LINES);
}

/** The lines of a whole terminal; `error` replaces the help. */
export function frame(
  snapshot: Snapshot,
  choice: Choice,
  site: FrameContext,
  page: number,
  error: string | null,
): readonly string[] {
  const { colors, columns = 80 } = site;
  const rows = ordered(snapshot.rows, choice);
  const first = firstRow(choice.first, page, rows.length);
  const shown = rows.slice(first, first + page);
  const lines = [...summary(snapshot, site), '', ...rowLines(shown, site)];
  const more = rows.length > page ? `rows ${first + 1} to ${first + shown.length} of ${rows.length}  ` : '';
  const last = error === null ? colors.dim(cut(`${more}${HELP}`, columns)) : colors.red(cut(error, columns));
  return [...lines, ...Array<string>(page - shown.length).fill(''), last];
}

/** The rows with their column names. */
export function rowLines(rows: readonly Row[], { colors, columns, now }: FrameContext): readonly string[] {
  const cells = rows.map(({ service, usage }): readonly Cell[] => [
    { text: service.id },
    stateCell(service, colors),
    { text: percent(usage?.cpu_percent) },
    { text: usage === null ? '-' : memorySize(usage.rss_bytes) },
    { text: String(usage?.processes ?? '-') },
    { text: String(service.pid ?? '-') },
    { text: String(service.restarts) },
    { text: ageSince(service.since, now) },
    { text: visible(whyAndNext(service, now)) },
  ]);
  return table(headOf(COLUMNS, colors), cells, columns).trimEnd().split('\n');
}

/** Two lines about the host and its services. */
export function summary(
  { health, usage, rows }: Snapshot,
  { url, colors, columns = 80 }: FrameContext,
): readonly string[] {
  const counts = new Map<string, number>();
  for (const { service } of rows) counts.set(service.state, (counts.get(service.state) ?? 0) + 1);
  const states = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
  const memory = rows.reduce((sum, row) => sum + (row.usage?.rss_bytes ?? 0), 0);
  const { host } = usage;
  const paint = health.status === 'healthy' ? colors.green : colors.red;
  const first = cut(`${url}  version ${health.version}  ${health.status}`, columns);
  const own = `host ${percent(host.cpu_percent)}% cpu, ${memorySize(host.rss_bytes)}`;
  const all = rows.length === 1 ? '1 service' : `${rows.length} services`;
  const second = `${all}${states === '' ? '' : `: ${states}`}  ${memorySize(memory)}  ${own}`;
  return [first.replace(health.status, paint(health.status)), cut(second, columns)];
}

function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : value.toFixed(1);
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
}
