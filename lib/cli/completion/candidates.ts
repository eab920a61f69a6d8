import type { Command, Option } from 'commander';

/** One word that would fit. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** Which paths would fit, for the shell to find. */
export type Paths = 'none' | 'files' | 'folders';

/** What may stand where the cursor is; the words begin as the incomplete one does. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly paths: Paths;
}

/** What fits an option (named `--port`) or a placeholder (named `<agent>`) that has no fixed choices; null: unknown. */
export type ValuesOf = (name: string) => Promise<readonly string[]> | null;

/** Where the words before the cursor have led to. */
interface Place {
  readonly command: Command;
  /** The option whose value is being written. */
  readonly option: Option | null;
  /** How many arguments stand there already. */
  readonly given: number;
}

const NOTHING: Completion = { candidates: [], paths: 'none' };

/** Completes the last of `words` (those after the program's name, up to the cursor) by the tree of commands. */
export async function complete(program: Command, words: readonly string[], valuesOf: ValuesOf): Promise<Completion> {
  const apart = splitAtEquals(words);
  const last = apart.at(-1) ?? '';
  const { command, option, given } = dottedState(program, apart.slice(0, -1));
  if (option !== null) return valueCompletion(option.argChoices, option.long ?? '', option.flags, last, valuesOf);
  if (last.startsWith('-')) return { candidates: fitting(optionsOf(command), last), paths: 'none' };
  const subcommands = given === 0 ? visibleCommands(command) : [];
  if (subcommands.length > 0) return { candidates: fitting(subcommands, last), paths: 'none' };
  const argument = command.registeredArguments.at(Math.min(given, command.registeredArguments.length - 1));
  if (argument === undefined || (given >= command.registeredArguments.length && !argument.variadic)) return NOTHING;
  return valueCompletion(argument.argChoices, `<${argument.name()}>`, `<${argument.name()}>`, last, valuesOf);
}

/** `--port=80` comes as one word from most shells and as `--port`, `=`, `80` from bash; both become two words. */
function splitAtEquals(words: readonly string[]): readonly string[] {
  const apart = words.flatMap((word) => {
    const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    return flag === undefined || value === undefined ? [word] : [flag, value];
  });
  const isLone = (word: string, at: number): boolean => word === '=' && apart[at - 1]?.startsWith('--') === true;
  // A lone sign at the end stands for the value that has not been begun.
  return apart.flatMap((word, at) => (!isLone(word, at) ? [word] : at === apart.length - 1 ? [''] : []));
}

function dottedState(program: Command, before: readonly string[]): Place {
  let place: Place = { command: program, option: null, given: 0 };
  for (const word of before) {
    if (place.option !== null) {
      place = { ...place, option: null };
    } else if (word.startsWith('-')) {
      const command = commandOfOptions(place.command);
      place = { ...place, command, option: optionWithValue(command, word) };
    } else {
      const next = place.given === 0 ? place.command.commands.find((one) => one.name() === word) : undefined;
      place = next === undefined ? { ...place, given: place.given + 1 } : { ...place, command: next };
    }
  }
  return place;
}

/** Options right after the program's name are those of `serve`. */
function commandOfOptions(command: Command): Command {
  return command.parent === null ? (command.commands.find((one) => one.name() === 'serve') ?? command) : command;
}

function optionWithValue(command: Command, word: string): Option | null {
  const option = command.options.find(({ long, short }) => word === long || word === short);
  return option !== undefined && (option.required || option.optional) ? option : null;
}

function optionsOf(command: Command): readonly Candidate[] {
  const commands = [...new Set([commandOfOptions(command), command])];
  const options = commands.flatMap((one) => one.createHelp().visibleOptions(one));
  const known = new Map(options.map(({ long, description }) => [long ?? '', description]));
  return [...known].map(([value, description]) => ({ value, description }));
}

function visibleCommands(command: Command): readonly Candidate[] {
  const commands = command.createHelp().visibleCommands(command);
  return commands.map((one) => ({ value: one.name(), description: one.summary() || one.description() }));
}

async function valueCompletion(
  choices: readonly string[] | undefined,
  name: string,
  flags: string,
  last: string,
  valuesOf: ValuesOf,
): Promise<Completion> {
  const values = choices ?? (await valuesOf(name)) ?? (await valuesOf(/<.*>/.exec(flags)?.[0] ?? ''));
  if (values !== null) {
    const candidates = values.map((value) => ({ value, description: '' }));
    return { candidates: fitting(candidates, last), paths: 'none' };
  }
  if (flags.includes('<file>')) return { candidates: [], paths: 'files' };
  return flags.includes('<dir>') ? { candidates: [], paths: 'folders' } : NOTHING;
}

function fitting(candidates: readonly Candidate[], start: string): readonly Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(start));
}
