import type { SnapshotFrom } from 'xstate';
import type { ExplainView } from '../../api/schemas/explain.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import type { UsageView } from '../../api/schemas/usage.ts';
import type { Client } from '../../client/client.ts';
import { commandBlock } from '../../frontend/command/block.ts';
import type { Command } from '../../frontend/command/consequences.ts';
import type { feedMachine } from '../../frontend/feed/machine.ts';
import type { logMachine } from '../../frontend/logs/machine.ts';
import type { searchMachine } from '../../frontend/logs/search-machine.ts';
import type { LineAddress } from '../../frontend/logs/source.ts';
import type { Filter } from '../../frontend/world/filter.ts';
import type { Store } from '../../frontend/world/store.ts';
import type { Millis } from '../../model/values/time.ts';
import type { Move } from './scroll.ts';
import type { Order, Sort } from './sorts.ts';

/** The size of a terminal, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What the screen shows, as far as moves need to know it. */
export interface Shown {
  /** The services of the list, in its order. */
  readonly ids: readonly string[];
  /** How many lines the details have. */
  readonly lines: number;
  /** How many rows are visible at once. */
  readonly page: number;
}

/** What the screen begins with. */
export interface TopInput extends Order {
  readonly client: Client;
  readonly store: Store;
  /** Only services of this agent; null: all. */
  readonly agent: string | null;
  readonly size: Size;
  readonly intervalMs: Millis;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What is on the screen in this context. */
  readonly shown: (context: TopContext) => Shown;
}

/** What became of a command, or why there was none. */
export interface Outcome {
  readonly sentence: string;
  readonly isRefused: boolean;
}

/** A state of the machine of the connection. */
export type FeedSnapshot = SnapshotFrom<typeof feedMachine>;
/** A state of the machine that reads and follows output. */
export type LogSnapshot = SnapshotFrom<typeof logMachine>;
/** A state of the machine that searches output. */
export type SearchSnapshot = SnapshotFrom<typeof searchMachine>;

export interface TopContext extends TopInput {
  readonly filter: Filter;
  /** The chosen service; null: there is none yet. */
  readonly selected: string | null;
  /** The first visible row of the list. */
  readonly first: number;
  /** Since when what is shown may be outdated, because there is no connection to the host; null: it is up to date. */
  readonly lostAt: number | null;
  /** Why there is none. */
  readonly problem: string | null;
  readonly usage: UsageView | null;
  readonly explained: ExplainView | null;
  /** Why it could not be read the last time. */
  readonly explainProblem: string | null;
  /** The first visible line of the details. */
  readonly line: number;
  /** The machines of the output, as they last were. */
  readonly log: LogSnapshot | null;
  readonly search: SearchSnapshot | null;
  /** The key of the first visible row of the output; null: the newest rows are visible. */
  readonly logTop: number | null;
  /** How many characters the output is moved to the left. */
  readonly shift: number;
  /** The match of the search that is shown. */
  readonly match: LineAddress | null;
  /** What the output is searched for. */
  readonly sought: string;
  readonly note: string;
  /** The row of the choice of states. */
  readonly choice: number;
  readonly command: Command;
  readonly outcome: Outcome | null;
  /** The time of what is shown. */
  readonly seenAt: number;
}

export type TopEvent =
  | { readonly type: 'resize'; readonly size: Size }
  | { readonly type: 'move'; readonly move: Move }
  | { readonly type: 'shift'; readonly by: number }
  | { readonly type: 'sort'; readonly sort: Sort }
  | { readonly type: 'filter.wanted' | 'filter.cleared' | 'states.wanted' | 'states.toggle' }
  | { readonly type: 'details.wanted' | 'logs.wanted' | 'help.wanted' | 'back' }
  | { readonly type: 'search.wanted' | 'match.next' | 'match.previous' }
  | { readonly type: 'command.wanted'; readonly command: Command }
  | { readonly type: 'acknowledge.wanted' }
  | { readonly type: 'typed'; readonly text: string }
  | { readonly type: 'erase' | 'accept' | 'cancel' | 'quit' | 'interrupt' };

/** The chosen service as it is now; undefined: there is none, or the host no longer knows it. */
export function chosenService({ store, selected }: TopContext): ServiceView | undefined {
  return selected === null ? undefined : store.get().services.get(selected);
}

/** The first visible row of the output. */
export function firstLogRow({ logTop, log }: Pick<TopContext, 'logTop' | 'log'>, page: number): number {
  const rows = log?.context.window.rows ?? [];
  const end = Math.max(0, rows.length - page);
  if (logTop === null) return end;
  const index = rows.findIndex(({ key }) => key >= logTop);
  return index === -1 ? end : Math.min(index, end);
}

/** Why no command can be given now, as a sentence; null: it can. */
export function blockOf({ store, lostAt }: TopContext): string | null {
  return commandBlock({ isStale: lostAt !== null, session: store.get().session });
}
