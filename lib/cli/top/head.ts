import type { HealthView } from '../../api/schemas/host.ts';
import type { SessionView } from '../../api/schemas/session.ts';
import type { UsageView } from '../../api/schemas/usage.ts';
import type { Filter } from '../../frontend/world/filter.ts';
import { countStandings } from '../../frontend/world/groups.ts';
import { STANDING_NAMES, STANDINGS } from '../../frontend/world/standing.ts';
import type { Colors } from '../output/colors.ts';
import { memorySize } from '../output/table.ts';
import { shownTime } from '../../frontend/words/local-time.ts';
import { plain } from '../../frontend/words/visible.ts';
import type { Row } from './rows.ts';

/** How lines are shown. */
export interface Look {
  readonly colors: Colors;
  /** Undefined: unlimited. */
  readonly width: number | undefined;
  readonly now: number;
}

/** What the first lines are about. */
export interface HeadFacts {
  readonly url: string;
  readonly health: HealthView;
  readonly session: SessionView | null;
  /** Null: not read yet. */
  readonly usage: UsageView | null;
  /** All services. */
  readonly rows: readonly Row[];
  /** Since when there is no connection; null: there is one. */
  readonly lostAt: number | null;
  readonly problem: string | null;
}

/** The name of the host, its health, and what is known of all services. */
export function headLines(facts: HeadFacts, look: Look): readonly string[] {
  return [firstLine(facts, look), countLine(facts), ...warnings(facts, look)];
}

function firstLine({ url, health, session, lostAt }: HeadFacts, { colors }: Look): string {
  const status =
    lostAt !== null
      ? colors.red('▲ no connection')
      : health.status === 'healthy'
        ? colors.green('● healthy')
        : colors.red('▲ degraded');
  const access = session?.scope === 'read' ? [colors.yellow('read-only')] : [];
  return [colors.bold(plain(health.name)), status, ...access, `version ${health.version}`, url].join('  ');
}

function countLine({ usage, rows }: HeadFacts): string {
  const counts = countStandings(rows.map(({ service }) => service));
  const states = STANDINGS.filter((one) => counts[one] > 0).map((one) => `${counts[one]} ${STANDING_NAMES[one]}`);
  const all = rows.length === 1 ? '1 service' : `${rows.length} services`;
  const line = `${all}${states.length === 0 ? '' : `: ${states.join(', ')}`}`;
  if (usage === null) return line;
  const memory = rows.reduce((sum, row) => sum + (row.usage?.rss_bytes ?? 0), 0);
  const { cpu_percent: cpu, rss_bytes: rss } = usage.host;
  return `${line}; ${memorySize(memory)}; host ${percent(cpu)}% ${memorySize(rss)}`;
}

/** What must not be overlooked: that everything may be outdated, or why the host is degraded. */
function warnings({ lostAt, problem, health }: HeadFacts, { colors }: Look): readonly string[] {
  if (lostAt !== null) {
    const since = shownTime(new Date(lostAt).toISOString()).slice(0, 19);
    const why = problem === null ? '' : ` ${plain(problem)}`;
    return [
      colors.bold(colors.red(`▲ No connection since ${since}. All below is from then; it reconnects by itself.${why}`)),
    ];
  }
  const [first, ...others] = health.reasons ?? [];
  if (first === undefined) return [];
  return [
    colors.red(`▲ ${plain(first)}${others.length === 0 ? '' : ` (and ${others.length} more: \`coredinator health\`)`}`),
  ];
}

/** Which services are listed; null: all. */
export function filterLine(filter: Filter, shown: number, all: number, isTyping: boolean): string | null {
  const states = filter.standings.map((one) => STANDING_NAMES[one]).join(', ');
  if (filter.text === '' && states === '' && !isTyping) return null;
  const text = filter.text === '' && !isTyping ? '' : `/${plain(filter.text)}${isTyping ? '▏' : ''}  `;
  return `${text}${states === '' ? '' : `only ${states}  `}(${shown} of ${all})`;
}

/** A percentage of one core; `-`: unknown. */
export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : value.toFixed(1);
}
