import type { Command } from 'commander';
import type { ProgramIo } from './output/io.ts';

/** The option that prints the help of any command, and its description. */
export const HELP_OPTION = ['-h, --help', 'print this help'] as const;

/** The option that prints the version, and its description. */
export const VERSION_OPTION = ['-v, --version', 'print the version'] as const;

/** A parsed command: run it to get the exit code. It loads its code only when run. */
export type Task = (io: ProgramIo) => Promise<number>;

/** What a command is defined with. */
export interface CommandContext {
  readonly env: NodeJS.ProcessEnv;
  /** Creates a command with the common output and exit behaviour; create subcommands with its own `command()`. */
  readonly newCommand: (name: string) => Command;
  /** Called by the action of a command with the task to run. */
  readonly choose: (task: Task) => void;
}

/** A top-level command with its subcommands. Register new ones in program.ts. */
export interface CommandGroup {
  /** Its heading in the help. */
  readonly heading: string;
  /** A complete, useful command line. */
  readonly example: string;
  readonly define: (context: CommandContext) => Command;
}
