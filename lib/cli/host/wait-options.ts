import { Option, type Command } from 'commander';
import { parseDuration } from '../../model/duration.ts';
import type { Millis } from '../../model/time.ts';
import { OptionError } from '../serve/option-values.ts';

/** How long a command waits for what it has caused. */
export interface WaitWords {
  readonly wait: boolean;
  readonly timeout: Millis;
}

/** Adds the options of commands that wait. */
export function withWait(command: Command, what: string): Command {
  return command
    .option('--no-wait', `end when the command is on disk, not when ${what}`)
    .addOption(
      new Option('--timeout <duration>', 'wait no longer than that, then end with code 5')
        .default(60_000, '1m')
        .argParser(timeoutOf),
    );
}

function timeoutOf(text: string): Millis {
  const parsed = parseDuration(text);
  if (parsed.type === 'invalid') throw new OptionError(`--timeout: ${parsed.message}.`);
  return parsed.ms;
}
