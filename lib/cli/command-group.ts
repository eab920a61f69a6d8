import type { Command } from 'commander';
import type { ProgramIo } from './output/io.ts';

/** The option that prints the help of any command, and its description. */
export const HELP_OPTION = ['-h, --help', 'print this help'] as const;

/** The option that prints the version, and its description. */
export const VERSION_OPTION = ['-v, --version', 'print the version'] as const;

/** What a command line comes to: run it to get the exit code. It loads what it needs when it is run, not before. */
export type Task = (io: ProgramIo) => Promise<number>;

/** What a command is defined with. */
export interface CommandSite {
  readonly env: NodeJS.ProcessEnv;
  /** A command that prints and ends as all of them do; subcommands are made with its own `command()`. */
  readonly newCommand: (name: string) => Command;
  /** Says, from the action of a command, what is to be done. */
  readonly choose: (task: Task) => void;
}

/** One word after `coredinator`, with all that may follow it. The place to register one is program.ts. */
export interface CommandGroup {
  /** Under which heading of the help it stands. */
  readonly heading: string;
  /** A whole command line that does something useful. */
  readonly example: string;
  readonly define: (site: CommandSite) => Command;
}
