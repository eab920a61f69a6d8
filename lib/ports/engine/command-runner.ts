import type { Launch } from '../../model/process.ts';
import type { Millis } from '../../model/values/time.ts';

/** A command that is run where a launch runs: in its environment, as its user. */
export interface PlacedCommand {
  readonly command: readonly string[];
  /** Null: as the program of the launch. */
  readonly cwd: string | null;
  /** Then it is killed, with all that it started. */
  readonly limitMs: Millis;
}

/** `exited`: with the end of what it wrote to stderr. `unknown`: nobody can say how it ended, or whether it ran. */
export type CommandEnd =
  | { readonly type: 'exited'; readonly code: number; readonly stderr: string }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'unknown' };

/** Runs commands where launches run that are not on the machine of the host. */
export interface CommandRunner {
  /** Calls `begun` when the command certainly runs. Never rejects. */
  run(launch: Launch, command: PlacedCommand, begun: () => void): Promise<CommandEnd>;
}
