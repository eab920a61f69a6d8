import type { Key } from 'ink';
import type { SnapshotFrom } from 'xstate';
import type { topMachine } from './machine.ts';
import type { TopEvent } from './context.ts';
import { SORTS, type Sort } from './sorts.ts';

type TopSnapshot = SnapshotFrom<typeof topMachine>;
/** What keys do, by their names; a letter is its own name. */
type Keys = Readonly<Partial<Record<string, TopEvent>>>;

/** How far Left and Right move the output. */
const SHIFT = 20;

function move(rows: number, pages = 0): TopEvent {
  return { type: 'move', move: { rows, pages } };
}

const EVERYWHERE: Keys = { '^c': { type: 'interrupt' } };

const MOVES: Keys = {
  ...{ up: move(-1), down: move(1), pageUp: move(0, -1), pageDown: move(0, 1) },
  ...{ home: move(-Infinity), end: move(Infinity) },
};

const VIEW: Keys = {
  ...EVERYWHERE,
  ...MOVES,
  ...{ k: move(-1), j: move(1), g: move(-Infinity), G: move(Infinity) },
  ...{ '?': { type: 'help.wanted' }, q: { type: 'quit' } },
  S: { type: 'command.wanted', command: 'start' },
  X: { type: 'command.wanted', command: 'stop' },
  R: { type: 'command.wanted', command: 'restart' },
  A: { type: 'acknowledge.wanted' },
};

const LIST: Keys = {
  ...VIEW,
  // Object.keys loses the key type.
  ...Object.fromEntries((Object.keys(SORTS) as Sort[]).map((sort) => [SORTS[sort], { type: 'sort', sort } as const])),
  ...{ return: { type: 'details.wanted' }, e: { type: 'details.wanted' }, l: { type: 'logs.wanted' } },
  ...{ '/': { type: 'filter.wanted' }, o: { type: 'states.wanted' }, escape: { type: 'filter.cleared' } },
};

const DETAILS: Keys = { ...VIEW, l: { type: 'logs.wanted' }, escape: { type: 'back' } };

const LOGS: Keys = {
  ...VIEW,
  ...{ left: { type: 'shift', by: -SHIFT }, right: { type: 'shift', by: SHIFT } },
  ...{ '/': { type: 'search.wanted' }, n: { type: 'match.next' }, N: { type: 'match.previous' } },
  ...{ e: { type: 'details.wanted' }, escape: { type: 'back' } },
};

const TYPING: Keys = {
  ...EVERYWHERE,
  ...{ return: { type: 'accept' }, escape: { type: 'cancel' } },
  ...{ backspace: { type: 'erase' }, delete: { type: 'erase' } },
};

const STATES: Keys = {
  ...{ ...EVERYWHERE, ...MOVES, k: move(-1), j: move(1) },
  ...{ ' ': { type: 'states.toggle' }, return: { type: 'accept' }, escape: { type: 'accept' }, o: { type: 'accept' } },
};

/** Everything but `y` keeps things as they are. */
const CONFIRMING: Keys = { ...EVERYWHERE, y: { type: 'accept' }, Y: { type: 'accept' } };

const NAMES = {
  ...{ upArrow: 'up', downArrow: 'down', leftArrow: 'left', rightArrow: 'right', pageUp: 'pageUp' },
  ...{ pageDown: 'pageDown', home: 'home', end: 'end', return: 'return', escape: 'escape' },
  ...{ backspace: 'backspace', delete: 'delete', tab: 'tab' },
} as const satisfies Partial<Record<keyof Key, string>>;

function nameOf(input: string, key: Partial<Key>): string {
  // Object.keys loses the key type.
  const flag = (Object.keys(NAMES) as (keyof typeof NAMES)[]).find((one) => key[one] === true);
  if (flag !== undefined) return NAMES[flag];
  return key.ctrl === true ? `^${input}` : input;
}

function isTyping(snapshot: TopSnapshot): boolean {
  return (
    snapshot.matches({ open: { dialog: 'noting' } }) ||
    snapshot.matches({ open: { view: { list: 'typing' } } }) ||
    snapshot.matches({ open: { view: { logs: 'typing' } } })
  );
}

/** What a key does where the screen is now; null: nothing. */
export function eventOf(snapshot: TopSnapshot, { input, key }: Press): TopEvent | null {
  const name = nameOf(input, key);
  if (snapshot.matches({ open: { dialog: 'help' } })) return EVERYWHERE[name] ?? { type: 'cancel' };
  if (snapshot.matches({ open: { dialog: 'confirming' } })) return CONFIRMING[name] ?? { type: 'cancel' };
  if (isTyping(snapshot)) {
    const text = name === input ? printable(input) : '';
    return TYPING[name] ?? (text === '' ? null : { type: 'typed', text });
  }
  if (snapshot.matches({ open: { view: { list: 'states' } } })) return STATES[name] ?? null;
  if (snapshot.matches({ open: { view: 'logs' } })) return LOGS[name] ?? null;
  return (snapshot.matches({ open: { view: 'details' } }) ? DETAILS : LIST)[name] ?? null;
}

/** One key. */
export interface Press {
  readonly input: string;
  readonly key: Partial<Key>;
}

const CONTROLS: Readonly<Partial<Record<string, Partial<Key>>>> = {
  '\r': { return: true },
  '\n': { return: true },
  '\x7f': { backspace: true },
  '\b': { backspace: true },
};

/** Keys that were pressed so fast that they arrive together, or pasted. */
export function pressesIn(input: string, key: Partial<Key>): readonly Press[] {
  if (nameOf(input, key) !== input) return [{ input, key }];
  return Array.from(input, (one) => ({ input: one, key: CONTROLS[one] ?? {} }));
}

function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- what is typed is one line
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '');
}

const COMMANDS = 'R restart  X stop  S start';

/** The keys of what is on the screen, for its last line. */
export function keyLine(snapshot: TopSnapshot): string {
  if (snapshot.matches({ open: { dialog: 'confirming' } })) return 'y yes  any other key: no';
  if (snapshot.matches({ open: { dialog: 'noting' } })) return 'Enter acknowledge  Esc cancel';
  if (snapshot.matches({ open: { dialog: 'help' } })) return 'any key: back';
  if (snapshot.matches({ open: { view: { list: 'states' } } })) return '↑↓ move  Space choose  Enter done';
  if (isTyping(snapshot)) return 'Enter done  Esc clear';
  if (snapshot.matches({ open: { view: 'logs' } }))
    return `? help  Esc back  ↑↓←→ scroll  G follow  / search  n N match  e explain  ${COMMANDS}`;
  if (snapshot.matches({ open: { view: 'details' } })) return `? help  Esc back  ↑↓ scroll  l logs  ${COMMANDS}`;
  return `? help  q quit  Enter explain  l logs  / filter  o states  ${COMMANDS}`;
}

/** All keys. */
export const HELP: readonly (readonly [keys: string, effect: string])[] = [
  ['↑ ↓ j k', 'move or scroll; also PgUp, PgDn, g and G'],
  ['Enter or e', 'explain the chosen service'],
  ['l', 'show its output; G follows it, ← → move long lines, / searches, n N go to matches'],
  ['/ and o', 'filter by text, by states; Esc ends that'],
  [Object.values(SORTS).join(' '), `order by ${Object.keys(SORTS).join(', ')}; the same again reverses it`],
  ['S, X, R', 'start, stop, restart it'],
  ['A', 'acknowledge its failure'],
  ['Esc', 'back to the list'],
  ['q', 'quit'],
];
