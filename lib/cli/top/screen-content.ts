import type { SnapshotFrom } from 'xstate';
import { agentsOf } from '../../frontend/world/groups.ts';
import { matchesFilter } from '../../frontend/world/filter.ts';
import { NO_COLORS, type Colors } from '../output/colors.ts';
import { detailLines } from './details.ts';
import { filterLine, headLines, type HeadFacts, type Look } from './head.ts';
import { listLines } from './list.ts';
import { logLines } from './logs.ts';
import type { topMachine } from './machine.ts';
import { ordered, rowsOf, type Row } from './rows.ts';
import { firstVisible } from './scroll.ts';
import { chosenService, type Shown, type TopContext } from './context.ts';

/** What does not change while the screen is open. */
export interface ScreenSite {
  readonly url: string;
  readonly colors: Colors;
}

/** What the screen is drawn from. */
export interface ScreenFacts {
  readonly snapshot: SnapshotFrom<typeof topMachine>;
  readonly site: ScreenSite;
}

/** The lines of the screen, without dialogs and the keys. */
export interface ScreenContent {
  readonly head: readonly string[];
  readonly body: readonly string[];
}

/** Name and counts, the filter, the line of column names or of the output, and two lines at the end. */
const OTHER_LINES = 6;

/** How many rows of a list, of details or of output fit. */
function pageOf({ size: { rows }, lostAt, store }: TopContext): number {
  const hasWarning = lostAt !== null || (store.get().health?.reasons ?? []).length > 0;
  return Math.max(1, rows - OTHER_LINES - (hasWarning ? 1 : 0));
}

function allRows({ store, usage, agent }: TopContext): readonly Row[] {
  const { services, agents } = store.get();
  const own =
    agent === null ? services.values() : [...services.values()].filter((one) => agentsOf(one, agents).includes(agent));
  return rowsOf(own, usage);
}

/** Those that match, and the chosen one: it does not vanish under the hand of the user because its state changes. */
function listedRows(context: TopContext, all: readonly Row[]): readonly Row[] {
  const { filter, selected } = context;
  const matching = all.filter(({ service }) => service.id === selected || matchesFilter(filter, service));
  return ordered(matching, context, context.seenAt);
}

function lookOf({ size, seenAt }: TopContext, { colors }: ScreenSite): Look {
  return { colors, width: size.columns, now: seenAt };
}

/** What is on the screen, as far as moves need to know it. */
export function shownIn(site: ScreenSite): (context: TopContext) => Shown {
  return (context) => ({
    get ids() {
      return listedRows(context, allRows(context)).map(({ service }) => service.id);
    },
    get lines() {
      return detailsOf(context, site).length;
    },
    page: pageOf(context),
  });
}

function detailsOf(context: TopContext, site: ScreenSite): readonly string[] {
  const { explained, explainProblem: problem } = context;
  return detailLines({ service: chosenService(context), explained, problem }, lookOf(context, site));
}

/** The lines of the screen. What may be outdated has no colours. */
export function contentOf({ snapshot, site }: ScreenFacts): ScreenContent {
  const { context } = snapshot;
  const { health, session } = context.store.get();
  if (health === null) return { head: [`Reading from ${site.url}…`], body: [] };
  const content = currentContent({ snapshot, site }, { health, session });
  if (context.lostAt === null) return content;
  const { body } = currentContent({ snapshot, site: { ...site, colors: NO_COLORS } }, { health, session });
  return { head: content.head, body: body.map((line) => site.colors.dim(line)) };
}

function currentContent(
  { snapshot, site }: ScreenFacts,
  { health, session }: Pick<HeadFacts, 'health' | 'session'>,
): ScreenContent {
  const { context } = snapshot;
  const look = lookOf(context, site);
  const all = allRows(context);
  const { usage, lostAt, problem } = context;
  const facts = { url: site.url, health, session, usage, rows: all, lostAt, problem };
  const head = headLines(facts, look);
  const page = pageOf(context);
  if (snapshot.matches({ open: { view: 'logs' } })) {
    const isTyping = snapshot.matches({ open: { view: { logs: 'typing' } } });
    return { head: [...head, ''], body: logLines(context, page, isTyping, look) };
  }
  if (snapshot.matches({ open: { view: 'details' } })) {
    return { head: [...head, ''], body: detailsOf(context, site).slice(context.line, context.line + page) };
  }
  const rows = listedRows(context, all);
  const isTyping = snapshot.matches({ open: { view: { list: 'typing' } } });
  const filter = filterLine(context.filter, rows.length, all.length, isTyping) ?? orderLine(context, rows, page);
  const at = rows.findIndex(({ service }) => service.id === context.selected);
  const first = firstVisible(context.first, Math.max(0, at), page, rows.length);
  return { head: [...head, filter], body: listLines(rows, context.selected, { first, page }, look) };
}

function orderLine({ sort, isReversed, first }: TopContext, rows: readonly Row[], page: number): string {
  const order = `by ${sort}${isReversed ? ', reversed' : ''}`;
  if (rows.length <= page) return order;
  return `${order}, rows ${first + 1} to ${Math.min(rows.length, first + page)} of ${rows.length}`;
}
