import { processCell } from '../../frontend/words/process.ts';
import { shortIds } from '../../frontend/world/short-ids.ts';
import { visible } from '../../frontend/words/visible.ts';
import { stateCell } from '../output/state.ts';
import { ageSince, headOf, memorySize, table, type Cell } from '../output/table.ts';
import { whyAndNext } from '../services/show-services.ts';
import { percent, type Look } from './head.ts';
import type { Row } from './rows.ts';

const COLUMNS = ['SERVICE', 'STATE', 'CPU%', 'MEM', 'PROCS', 'PID', 'RESTARTS', 'FOR', 'REASON'] as const;
/** What a narrow terminal leaves out in favour of reasons. */
const LESSER: readonly string[] = ['PROCS', 'RESTARTS'];
const NARROW = 100;
/** What else needs room next to long ids. */
const SHORT_IDS = 140;

/** The column names, and a line for each row. */
export function rowLines(rows: readonly Row[], { colors, width, now }: Look): readonly string[] {
  const columns = COLUMNS.filter((name) => width === undefined || width >= NARROW || !LESSER.includes(name));
  const isShort = width !== undefined && width < SHORT_IDS;
  const ids = isShort ? shortIds(rows.map(({ service }) => service.id)) : null;
  const cells = rows.map((row) => {
    const all = { ...cellsOf(row, colors, now), SERVICE: { text: ids?.get(row.service.id) ?? row.service.id } };
    return columns.map((name) => all[name]);
  });
  return table(headOf(columns, colors), cells, width).trimEnd().split('\n');
}

function cellsOf(
  { service, usage }: Row,
  colors: Look['colors'],
  now: number,
): Readonly<Record<Exclude<(typeof COLUMNS)[number], 'SERVICE'>, Cell>> {
  return {
    STATE: stateCell(service, colors),
    'CPU%': { text: percent(usage?.cpu_percent) },
    MEM: { text: usage === null ? '-' : memorySize(usage.rss_bytes) },
    PROCS: { text: String(usage?.processes ?? '-') },
    PID: { text: processCell(service) ?? '-' },
    RESTARTS: { text: String(service.restarts) },
    FOR: { text: ageSince(service.since, now) },
    REASON: { text: visible(whyAndNext(service, now)) },
  };
}

/** Of more rows, only the visible ones decide how wide columns are, so that each key is answered at once. */
const MOST_MEASURED = 200;

/** What precedes a row, so that the chosen one is seen without colours too. */
export const MARK = '> ';

/** The same with a mark at the chosen row; from `first` on as many rows as fit. */
export function listLines(
  rows: readonly Row[],
  selected: string | null,
  { first, page }: { readonly first: number; readonly page: number },
  look: Look,
): readonly string[] {
  const width = look.width === undefined ? undefined : look.width - MARK.length;
  const inView = rows.slice(first, first + page);
  const isAll = rows.length <= MOST_MEASURED;
  const [head = '', ...lines] = rowLines(isAll ? rows : inView, { ...look, width });
  const shown = (isAll ? lines.slice(first, first + page) : lines).map((line, at) => {
    const isSelected = inView[at]?.service.id === selected;
    return isSelected ? look.colors.inverse(`${MARK}${line}`) : `${' '.repeat(MARK.length)}${line}`;
  });
  return [`${' '.repeat(MARK.length)}${head}`, ...shown];
}
