import type { Command, Option } from 'commander';

/** A possible word. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** Which paths are possible; the shell finds them. */
export type Paths = 'none' | 'files' | 'folders';

/** The possible words at the cursor, all beginning with the incomplete word. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly paths: Paths;
}

/**
 * The values of an option (named `--port`) or placeholder (named `<agent>`) without fixed choices; null: unknown.
 * `before`: the arguments of the command so far.
 */
export type ValuesOf = (name: string, before: readonly string[]) => Promise<readonly string[]> | null;

/** The position in the command tree before the last word. */
interface Position {
  readonly command: Command;
  /** The option whose value is being typed. */
  readonly option: Option | null;
  /** The arguments so far. */
  readonly given: readonly string[];
}

const NOTHING: Completion = { candidates: [], paths: 'none' };

/** Completes the last of `words` (the arguments up to the cursor) from the command tree. */
export async function complete(program: Command, words: readonly string[], valuesOf: ValuesOf): Promise<Completion> {
  const apart = splitAtEquals(words);
  const last = apart.at(-1) ?? '';
  const { command, option, given } = positionAfter(program, apart.slice(0, -1));
  if (option !== null) {
    return valueCompletion(option.argChoices, option.long ?? '', option.flags, last, (value) => valuesOf(value, given));
  }
  if (last.startsWith('-')) return { candidates: matching(optionsOf(command), last), paths: 'none' };
  const subcommands = given.length === 0 ? visibleCommands(command) : [];
  if (subcommands.length > 0) return { candidates: matching(subcommands, last), paths: 'none' };
  const argument = command.registeredArguments.at(Math.min(given.length, command.registeredArguments.length - 1));
  if (argument === undefined || (given.length >= command.registeredArguments.length && !argument.variadic))
    return NOTHING;
  const name = `<${argument.name()}>`;
  return valueCompletion(argument.argChoices, name, name, last, (value) => valuesOf(value, given));
}

/** `--port=80` arrives as one word from most shells and as `--port`, `=`, `80` from bash; both become two words. */
function splitAtEquals(words: readonly string[]): readonly string[] {
  const apart = words.flatMap((word) => {
    const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    return flag === undefined || value === undefined ? [word] : [flag, value];
  });
  const isLone = (word: string, at: number): boolean => word === '=' && apart[at - 1]?.startsWith('--') === true;
  // A lone sign at the end means that the value has not been started.
  return apart.flatMap((word, at) => (!isLone(word, at) ? [word] : at === apart.length - 1 ? [''] : []));
}

function positionAfter(program: Command, before: readonly string[]): Position {
  let position: Position = { command: program, option: null, given: [] };
  for (const word of before) {
    if (position.option !== null) {
      position = { ...position, option: null };
    } else if (word.startsWith('-')) {
      const command = commandOfOptions(position.command);
      position = { ...position, command, option: optionWithValue(command, word) };
    } else {
      const next =
        position.given.length === 0 ? position.command.commands.find((one) => one.name() === word) : undefined;
      position =
        next === undefined ? { ...position, given: [...position.given, word] } : { ...position, command: next };
    }
  }
  return position;
}

/** Options directly after the program name are those of `serve`. */
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
  valuesOf: (name: string) => Promise<readonly string[]> | null,
): Promise<Completion> {
  const values = choices ?? (await valuesOf(name)) ?? (await valuesOf(/<.*>/.exec(flags)?.[0] ?? ''));
  if (values !== null) {
    const candidates = values.map((value) => ({ value, description: '' }));
    return { candidates: matching(candidates, last), paths: 'none' };
  }
  if (flags.includes('<file>')) return { candidates: [], paths: 'files' };
  return flags.includes('<dir>') ? { candidates: [], paths: 'folders' } : NOTHING;
}

function matching(candidates: readonly Candidate[], start: string): readonly Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(start));
}
