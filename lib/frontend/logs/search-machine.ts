/**
 * A search of everything that the host has stored of the output.
 *
 *   idle       nothing is searched
 *   typing     waits for a pause in typing
 *   searching  a part is being searched
 *   settled    everything was searched; what is written from now on is searched a little later
 *   full       so many lines match that the search has ended
 *   refused    the host rejected the expression, or was unreachable; that is tried again after a while
 */
import { assign, fromPromise, setup } from 'xstate';
import { ProblemError } from '../../client/client.ts';
import { sentenceOf } from '../words/sentence.ts';
import type { LineAddress } from './source.ts';
import { literally } from './expression.ts';
import type { FoundPart, LogReader } from './reader.ts';

/** The most matches that the page remembers. */
export const MAX_MATCHES = 20_000;

/** What to search for; an expression is in the syntax of RE2. */
export interface Search {
  readonly text: string;
  readonly isExpression: boolean;
}

const NOTHING: Search = { text: '', isExpression: false };

interface SearchContext {
  readonly reader: LogReader;
  readonly search: Search;
  /** From the oldest to the newest. */
  readonly matches: readonly LineAddress[];
  /** The index of the match that is shown; null: none yet. */
  readonly current: number | null;
  readonly next: string | null;
  readonly searchedBytes: number;
  readonly totalBytes: number;
  readonly problem: string | null;
}

type SearchEvent =
  | { readonly type: 'search.changed'; readonly search: Search }
  | { readonly type: 'match.next' }
  | { readonly type: 'match.previous' };

const base = setup({
  types: {
    context: {} as SearchContext, // setup() takes types as values
    events: {} as SearchEvent,
    input: {} as { readonly reader: LogReader },
  },
  actors: {
    searchPart: fromPromise<FoundPart, SearchContext>(({ input: { reader, search, next }, signal }) =>
      reader.search(search.isExpression ? search.text : literally(search.text), next, signal),
    ),
  },
  actions: {
    begin: assign((_, { search }: { readonly search: Search }) => ({
      ...{ search, matches: [], current: null, next: null, searchedBytes: 0, totalBytes: 0, problem: null },
    })),
    add: assign(({ context }, { part }: { readonly part: FoundPart }) => {
      const lines = part.items.flatMap((item) =>
        'gap' in item
          ? []
          : [{ serviceId: item.service_id, generation: item.generation, offset: item.offset } satisfies LineAddress],
      );
      return {
        matches: lines.length === 0 ? context.matches : [...context.matches, ...lines].slice(0, MAX_MATCHES),
        next: part.next ?? context.next,
        searchedBytes: context.searchedBytes + part.searchedBytes,
        totalBytes: Math.max(context.totalBytes, context.searchedBytes + part.totalBytes),
        problem: null,
      };
    }),
    chooseNewest: assign(({ context: { matches, current } }) => ({
      current: current ?? (matches.length === 0 ? null : matches.length - 1),
    })),
    choose: assign(({ context: { matches, current } }, { by }: { readonly by: 1 | -1 }) => {
      const count = matches.length;
      if (count === 0) return {};
      return { current: current === null ? count - 1 : (current + by + count) % count };
    }),
    setProblem: assign((_, { problem }: { readonly problem: string }) => ({ problem })),
  },
  guards: {
    isNothing: (_, { search }: { readonly search: Search }) => search.text === '',
    isFull: ({ context }, { part }: { readonly part: FoundPart }) =>
      context.matches.length + part.items.length >= MAX_MATCHES,
    isComplete: (_, { part }: { readonly part: FoundPart }) => part.isComplete,
    isOfExpression: (_, { error }: { readonly error: unknown }) => error instanceof ProblemError && error.status < 500,
  },
  delays: { pause: 300, continue: 2_000 },
});

const searchIn = ({ event }: { event: { readonly search: Search } }): { search: Search } => event;
const partIn = ({ event }: { event: { readonly output: FoundPart } }): { part: FoundPart } => ({ part: event.output });
const errorIn = ({ event }: { event: { readonly error: unknown } }): { error: unknown } => event;
const problemIn = ({ event }: { event: { readonly error: unknown } }): { problem: string } => ({
  problem: sentenceOf(event.error),
});

/** The machine of a search; its input names what is searched. */
export const searchMachine = base.createMachine({
  id: 'search',
  context: ({ input: { reader } }) => ({
    ...{ reader, search: NOTHING, matches: [], current: null, next: null },
    ...{ searchedBytes: 0, totalBytes: 0, problem: null },
  }),
  initial: 'idle',
  on: {
    'search.changed': [
      { guard: { type: 'isNothing', params: searchIn }, target: '.idle', actions: { type: 'begin', params: searchIn } },
      { target: '.typing', actions: { type: 'begin', params: searchIn } },
    ],
    'match.next': { actions: { type: 'choose', params: { by: 1 } } },
    'match.previous': { actions: { type: 'choose', params: { by: -1 } } },
  },
  states: {
    idle: {},
    typing: { after: { pause: 'searching' } },
    searching: {
      invoke: {
        src: 'searchPart',
        input: ({ context }) => context,
        onDone: [
          {
            guard: { type: 'isFull', params: partIn },
            target: 'full',
            actions: [{ type: 'add', params: partIn }, 'chooseNewest'],
          },
          {
            guard: { type: 'isComplete', params: partIn },
            target: 'settled',
            actions: [{ type: 'add', params: partIn }, 'chooseNewest'],
          },
          { target: 'searching', reenter: true, actions: { type: 'add', params: partIn } },
        ],
        onError: [
          {
            guard: { type: 'isOfExpression', params: errorIn },
            target: 'refused.finally',
            actions: { type: 'setProblem', params: problemIn },
          },
          { target: 'refused.forNow', actions: { type: 'setProblem', params: problemIn } },
        ],
      },
    },
    settled: { after: { continue: 'searching' } },
    full: {},
    refused: {
      initial: 'forNow',
      states: { forNow: { after: { continue: '#search.searching' } }, finally: {} },
    },
  },
});
