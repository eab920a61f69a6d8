import { CommanderError, type Command } from 'commander';
import type { ServeOptions } from '../host/options.ts';
import { hostVersion } from '../host/version.ts';
import { HELP_OPTION, VERSION_OPTION, type Task } from './command-group.ts';
import { hintFor } from './foreign-words.ts';
import { COMMAND_GROUPS, newProgram } from './program.ts';
import { OptionError } from './serve/option-values.ts';
import { parseServeOptions } from './serve/serve-options.ts';

/** The hidden command that the shell scripts call on each tab. */
const COMPLETE = '__complete';

function completion(args: readonly string[]): Task {
  return async (io) => {
    const { completionTask } = await import('./completion/task.ts');
    return completionTask(args, COMMAND_GROUPS)(io);
  };
}

/** `exit`: nothing to run; print `output` to stdout with code 0, to stderr with code 2. */
export type CommandLine =
  | { readonly type: 'serve'; readonly options: ServeOptions; readonly warnings: readonly string[] }
  | { readonly type: 'task'; readonly task: Task }
  | { readonly type: 'exit'; readonly code: 0 | 2; readonly output: string };

/** The spellings of an option: `-h, --help` gives both. */
function spellings([flags]: readonly [flags: string, description: string]): ReadonlySet<string> {
  return new Set(flags.split(', '));
}

const HELP = spellings(HELP_OPTION);
const VERSION = spellings(VERSION_OPTION);

/** Whether the arguments run the host: `serve`, or only options. */
function isServe([first]: readonly string[]): boolean {
  if (first === undefined || first === 'serve') return true;
  return first.startsWith('-') && !HELP.has(first) && !VERSION.has(first);
}

/** Turns `help agents start` into `agents start --help`. */
function withoutHelpCommand([first, ...rest]: readonly string[]): readonly string[] {
  return first === 'help' ? [...rest, '--help'] : [...(first === undefined ? [] : [first]), ...rest];
}

/**
 * For `--help` after an unknown command, commander prints the help of its parent; this drops `--help` so that it
 * reports the unknown command.
 */
function helpOfKnown(program: Command, args: readonly string[]): readonly string[] {
  let command = program;
  for (const arg of args) {
    if (arg.startsWith('-') || command.commands.length === 0) break;
    const next = command.commands.find((one) => one.name() === arg);
    if (next === undefined) return args.filter((one) => !HELP.has(one));
    command = next;
  }
  return args;
}

/**
 * Parses the command line (`argv` without node and program) and the COREDINATOR_* variables; the command line takes
 * precedence. Only checks the file system for paths that must exist.
 */
export function parseCommandLine(argv: readonly string[], env: NodeJS.ProcessEnv): CommandLine {
  if (isServe(argv)) return parseServeOptions(argv, env);
  if (argv[0] === COMPLETE) return { type: 'task', task: completion(argv.slice(1)) };
  let output = '';
  const chosen: { task: Task | null } = { task: null };
  const program = newProgram(COMMAND_GROUPS, {
    env,
    version: hostVersion(),
    print: (text) => (output += text),
    choose: (task) => (chosen.task = task),
  });
  const args = withoutHelpCommand(argv);
  const hasCommand = (group: string, name: string): boolean =>
    program.commands.find((one) => one.name() === group)?.commands.some((one) => one.name() === name) ?? false;
  try {
    program.parse(helpOfKnown(program, args), { from: 'user' });
  } catch (error) {
    if (error instanceof OptionError) return { type: 'exit', code: 2, output: `error: ${error.message}\n` };
    if (error instanceof CommanderError) {
      const hint = error.code === 'commander.unknownCommand' ? hintFor(args, hasCommand) : null;
      if (hint !== null)
        return { type: 'exit', code: 2, output: `error: ${hint}\n\`coredinator --help\` lists all commands.\n` };
      return { type: 'exit', code: error.exitCode === 0 ? 0 : 2, output };
    }
    throw error;
  }
  if (chosen.task === null) throw new Error('The command line was accepted but names no command.');
  return { type: 'task', task: chosen.task };
}
