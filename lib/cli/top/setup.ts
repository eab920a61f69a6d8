import { assign, enqueueActions, fromPromise, setup } from 'xstate';
import type { ExplainView } from '../../api/schemas/explain.ts';
import type { UsageView } from '../../api/schemas/usage.ts';
import { canAcknowledge, isPossible } from '../../frontend/command/consequences.ts';
import { DONE, IN_PROGRESS, send } from '../../frontend/command/send.ts';
import { feedMachine } from '../../frontend/feed/machine.ts';
import { logMachine } from '../../frontend/logs/machine.ts';
import { searchMachine } from '../../frontend/logs/search-machine.ts';
import { indexOfLine, startOf } from '../../frontend/logs/window.ts';
import { NO_FILTER, type Filter } from '../../frontend/world/filter.ts';
import { STANDINGS } from '../../frontend/world/standing.ts';
import { sentenceOf } from '../../frontend/words/sentence.ts';
import { blockOf, chosenService, firstLogRow } from './context.ts';
import type { FeedSnapshot, LogSnapshot, Outcome, SearchSnapshot, TopContext, TopEvent, TopInput } from './context.ts';
import { firstVisible, moved, within } from './scroll.ts';

/** So close to an end of the window, what follows there is read. */
const AHEAD_ROWS = 200;

function refusal(sentence: string): Pick<TopContext, 'outcome'> {
  return { outcome: { sentence, isRefused: true } };
}

const NOT_CHOSEN = 'No service is chosen.';

/** With another filter, a service that it selects is chosen: a command is never for one that is not listed. */
function filtered(context: TopContext, filter: Filter): Pick<TopContext, 'filter' | 'first' | 'selected'> {
  const { selected } = context;
  const { ids } = context.shown({ ...context, filter, selected: null });
  return { filter, first: 0, selected: selected !== null && ids.includes(selected) ? selected : (ids[0] ?? null) };
}

const CHARACTERS = new Intl.Segmenter();

function withoutLast(text: string): string {
  return text.slice(0, [...CHARACTERS.segment(text)].at(-1)?.index ?? 0);
}

function withText(text: string, event: TopEvent): string {
  if (event.type === 'typed') return text + event.text;
  return event.type === 'erase' ? withoutLast(text) : text;
}

/** The actors, actions, guards and delays of the machine (machine.ts). */
export const topSetup = setup({
  types: {
    context: {} as TopContext, // setup() takes types as values
    events: {} as TopEvent,
    input: {} as TopInput,
    children: {} as { feed: 'feed'; log: 'log'; search: 'search' },
  },
  actors: {
    feed: feedMachine,
    log: logMachine,
    search: searchMachine,
    readUsage: fromPromise<UsageView, TopContext>(({ input, signal }) => input.client.getUsage({ signal })),
    explain: fromPromise<ExplainView, TopContext>(({ input: { client, selected }, signal }) =>
      client.explainService({ id: selected ?? '', signal }),
    ),
    command: fromPromise<Outcome, TopContext>(async ({ input }) => {
      const view = chosenService(input);
      if (view === undefined) throw new Error(NOT_CHOSEN);
      await send(input.client, input.command, { type: 'service', view });
      return { sentence: `${DONE[input.command]} ${view.id}.`, isRefused: false };
    }),
    acknowledge: fromPromise<Outcome, TopContext>(async ({ input: { client, selected, note } }) => {
      const id = selected ?? '';
      await client.acknowledgeService({ id, body: { note: note.trim() === '' ? null : note.trim() } });
      return { sentence: `Acknowledged the failure of ${id}.`, isRefused: false };
    }),
  },
  actions: {
    takeSize: assign(({ event }) => (event.type === 'resize' ? { size: event.size } : {})),
    /** Nothing counts on what may no longer be true. */
    tick: assign(({ context }) => (context.lostAt === null ? { seenAt: context.now() } : {})),
    /** There is always a chosen service if the list has any. */
    takeFeed: assign(({ context }, { feed }: { readonly feed: FeedSnapshot }) => {
      const { lostAt, problem } = feed.context;
      const seen = { lostAt, problem, seenAt: lostAt ?? context.now() };
      return { ...seen, selected: context.selected ?? context.shown(context).ids[0] ?? null };
    }),
    takeUsage: assign((_, { usage }: { readonly usage: UsageView }) => ({ usage })),
    takeSort: assign(({ context, event }) => {
      if (event.type !== 'sort') return {};
      const { sort } = event;
      const sorted = { ...context, sort, isReversed: sort === context.sort && !context.isReversed, first: 0 };
      return { sort, isReversed: sorted.isReversed, first: 0, selected: context.shown(sorted).ids[0] ?? null };
    }),
    move: assign(({ context, event }) => {
      if (event.type !== 'move') return {};
      const { ids, page } = context.shown(context);
      const at = context.selected === null ? -1 : ids.indexOf(context.selected);
      const to = moved(Math.max(0, at), event.move, page, ids.length);
      return { selected: ids[to] ?? context.selected, first: firstVisible(context.first, to, page, ids.length) };
    }),
    scroll: assign(({ context, event }) => {
      if (event.type !== 'move') return {};
      const { lines, page } = context.shown(context);
      return { line: within(context.line + event.move.rows + event.move.pages * page, Math.max(0, lines - page)) };
    }),
    scrollLog: enqueueActions(({ context, event, enqueue }) => {
      const { log } = context;
      if (event.type !== 'move' || log === null) return;
      const { page } = context.shown(context);
      const { rows } = log.context.window;
      const last = Math.max(0, rows.length - page);
      const top = within(firstLogRow(context, page) + event.move.rows + event.move.pages * page, last);
      const isLive = log.matches({ shown: { stream: 'live' } });
      const isAtEnd = top === last && isLive;
      enqueue.assign({ logTop: isAtEnd ? null : (rows[top]?.key ?? null) });
      enqueue.sendTo('log', { type: isAtEnd ? 'view.atEnd' : 'view.away' });
      if (top < AHEAD_ROWS && startOf(log.context.window) !== null) enqueue.sendTo('log', { type: 'older.wanted' });
      else if (!isLive && last - top < AHEAD_ROWS) enqueue.sendTo('log', { type: 'newer.wanted' });
    }),
    /** Wherever the window is. */
    followLog: enqueueActions(({ enqueue }) => {
      enqueue.assign({ logTop: null });
      enqueue.sendTo('log', { type: 'newest.wanted' });
      enqueue.sendTo('log', { type: 'view.atEnd' });
    }),
    shiftLog: assign(({ context, event }) =>
      event.type === 'shift' ? { shift: Math.max(0, context.shift + event.by) } : {},
    ),
    takeLog: assign(({ context }, { log }: { readonly log: LogSnapshot }) => {
      const { aim, window } = log.context;
      if (aim === context.log?.context.aim) return { log };
      if (aim.type === 'end') return { log, logTop: null };
      const { page } = context.shown(context);
      const index = indexOfLine(window, aim.line) - Math.floor(page / 2);
      return { log, logTop: window.rows[Math.max(0, index)]?.key ?? null };
    }),
    takeSearch: enqueueActions(({ context, enqueue }, { search }: { readonly search: SearchSnapshot }) => {
      const { matches, current } = search.context;
      const match = current === null ? null : (matches[current] ?? null);
      enqueue.assign({ search, match });
      if (match === null || match === context.match) return;
      enqueue.sendTo('log', { type: 'view.away' });
      enqueue.sendTo('log', { type: 'line.wanted', line: match });
    }),
    beginLog: assign({ log: null, search: null, logTop: null, shift: 0, match: null, sought: '' }),
    beginDetails: assign({ line: 0, explained: null, explainProblem: null }),
    takeExplained: assign((_, { explained }: { readonly explained: ExplainView }) => ({
      ...{ explained, explainProblem: null },
    })),
    setExplainProblem: assign((_, { error }: { readonly error: unknown }) => ({ explainProblem: sentenceOf(error) })),
    typeFilter: assign(({ context, event }) =>
      filtered(context, { ...context.filter, text: withText(context.filter.text, event) }),
    ),
    clearText: assign(({ context }) => filtered(context, { ...context.filter, text: '' })),
    clearFilter: assign(({ context }) => filtered(context, NO_FILTER)),
    beginChoice: assign({ choice: 0 }),
    moveChoice: assign(({ context: { choice }, event }) =>
      event.type === 'move' ? { choice: within(choice + event.move.rows, STANDINGS.length - 1) } : {},
    ),
    toggle: assign(({ context }) => {
      const { filter, choice } = context;
      const standings = STANDINGS.filter((one, index) => filter.standings.includes(one) !== (index === choice));
      return filtered(context, { ...filter, standings });
    }),
    typeSearch: enqueueActions(({ context, event, enqueue }) => {
      const sought = withText(context.sought, event);
      enqueue.assign({ sought });
      enqueue.sendTo('search', { type: 'search.changed', search: { text: sought, isExpression: false } });
    }),
    clearSearch: enqueueActions(({ enqueue }) => {
      enqueue.assign({ sought: '' });
      enqueue.sendTo('search', { type: 'search.changed', search: { text: '', isExpression: false } });
    }),
    moveMatch: enqueueActions(({ event, enqueue }) => {
      if (event.type === 'match.next' || event.type === 'match.previous')
        enqueue.sendTo('search', { type: event.type });
    }),
    beginNote: assign({ note: '', outcome: null }),
    typeNote: assign(({ context: { note }, event }) => ({ note: withText(note, event) })),
    takeCommand: assign(({ event }) =>
      event.type === 'command.wanted' ? { command: event.command, outcome: null } : {},
    ),
    saySending: assign(({ context }) => ({
      ...{ outcome: { sentence: `${IN_PROGRESS[context.command]} ${context.selected ?? ''}…`, isRefused: false } },
    })),
    takeOutcome: assign((_, { outcome }: { readonly outcome: Outcome }) => ({ outcome })),
    refuse: assign((_, { error }: { readonly error: unknown }) => refusal(sentenceOf(error))),
    sayBlock: assign(({ context }) => {
      const block = blockOf(context);
      const view = chosenService(context);
      if (block !== null || view === undefined) return refusal(block ?? NOT_CHOSEN);
      return refusal(`${view.id} is ${view.state} and intended to be ${view.intended_state}: nothing would change.`);
    }),
    sayNoFailure: assign(({ context }) => {
      const { id, state } = chosenService(context) ?? {};
      return refusal(blockOf(context) ?? `${id ?? ''} is ${state ?? 'unknown'}: there is no failure to acknowledge.`);
    }),
    forgetOutcome: assign({ outcome: null }),
  },
  guards: {
    hasChosen: ({ context }) => chosenService(context) !== undefined,
    isToEnd: ({ event }) => event.type === 'move' && event.move.rows === Infinity,
    canCommand: ({ context, event }) => {
      const view = chosenService(context);
      if (event.type !== 'command.wanted' || view === undefined) return false;
      return blockOf(context) === null && isPossible(event.command, { type: 'service', view });
    },
    canAcknowledge: ({ context }) => {
      const view = chosenService(context);
      return view !== undefined && blockOf(context) === null && canAcknowledge(view);
    },
    isAllowed: ({ context }) => blockOf(context) === null,
  },
  delays: { interval: ({ context }) => context.intervalMs, second: 1_000, refresh: 2_000 },
});
