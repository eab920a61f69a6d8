import { lastState } from '../../client/last-state.ts';
import { isRowOf, type LogRow } from '../../frontend/logs/row.ts';
import { searchWords } from '../../frontend/logs/search-words.ts';
import { startOf } from '../../frontend/logs/window.ts';
import { shownTime } from '../../frontend/words/local-time.ts';
import { plain, visible } from '../../frontend/words/visible.ts';
import type { Look } from './head.ts';
import { firstLogRow, type TopContext } from './context.ts';

type LogFacts = Pick<TopContext, 'selected' | 'log' | 'search' | 'logTop' | 'shift' | 'match' | 'sought'>;

/** The output of a service: a line about it, and the visible rows. */
export function logLines(facts: LogFacts, page: number, isTyping: boolean, look: Look): readonly string[] {
  const { log } = facts;
  const rows = log?.context.window.rows ?? [];
  const first = firstLogRow(facts, page);
  const shown = rows.slice(first, first + page).map((row) => rowLine(row, facts, look));
  return [headLine(facts, first, isTyping, look), ...shown];
}

function headLine(
  { selected, log, search, sought }: LogFacts,
  first: number,
  isTyping: boolean,
  { colors }: Look,
): string {
  const found = search === null ? '' : (search.context.problem ?? searchWords(search));
  const looked = sought === '' && !isTyping ? '' : `  /${plain(sought)}${isTyping ? '▏' : ''} ${found}`;
  return `${colors.bold(`Output of ${selected ?? ''}`)}  ${placeOf(log, first)}${looked}`;
}

function placeOf(log: LogFacts['log'], first: number): string {
  if (!log?.matches('shown')) return log?.context.problem ?? 'Reading…';
  const { window, lostAt, unread } = log.context;
  const oldest =
    first === 0 && startOf(window) === null && window.rows.length > 0 ? ', the oldest stored line is first' : '';
  if (lostAt !== null) return `waiting for the host${oldest}`;
  if (log.matches({ shown: { stream: 'live', view: 'atEnd' } }))
    return window.rows.length === 0 ? 'nothing was written yet; following' : `following${oldest}`;
  return `not following${unread === 0 ? '' : `, ${unread} new ${unread === 1 ? 'line' : 'lines'}`}${oldest}`;
}

function rowLine(row: LogRow, { match, shift }: LogFacts, { colors }: Look): string {
  const { at, type, stream, text, generation } = row;
  const time = at === null ? '-'.padEnd(12) : shownTime(`${at.slice(0, 23)}Z`).slice(11);
  const mark = type === 'gap' ? ' ' : stream === 'stderr' ? '!' : ' ';
  const isMatch = match !== null && isRowOf(match, row);
  const shown = type === 'gap' ? colors.dim(`(${text})`) : shownText(text, shift, colors.isColorSupported);
  const line = `${colors.dim(time)} ${colors.dim(`#${generation}`)}${mark} ${shown}`;
  return isMatch ? `> ${colors.inverse(line)}` : `  ${line}`;
}

const STYLE_OR_CHARACTER = new RegExp(String.raw`(\x1b\[[0-9;:]*m)|.`, 'gsu');

/** The last state of a line, without its first characters; its own colours only where there are any. */
function shownText(text: string, shift: number, hasColors: boolean): string {
  const line = lastState(text).replaceAll('\t', '  ');
  const clean = hasColors ? visible(line) : plain(line);
  let left = shift;
  const rest =
    shift === 0
      ? clean
      : clean.replace(STYLE_OR_CHARACTER, (part, style: string | undefined) => style ?? (left-- > 0 ? '' : part));
  return rest.includes('\x1b') ? `${rest}\x1b[0m` : rest;
}
