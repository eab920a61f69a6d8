import type { Task } from '../command-group.ts';
import { COMMAND_GROUPS } from '../command-groups.ts';
import { EXIT } from '../output/exit-codes.ts';
import { newProgram } from '../program.ts';
import { complete } from './candidates.ts';
import { knownValues } from './values.ts';

/** The hidden command that the scripts of a shell call at each tab. */
export const COMPLETE = '__complete';

/** Prints a line for each word that fits (a tab before its description), and last `:none`, `:files` or `:folders`. */
export function completionTask(words: readonly string[]): Task {
  return async ({ env, out }) => {
    const nothing = (): void => undefined;
    const program = newProgram(COMMAND_GROUPS, { env, version: '', print: nothing, choose: nothing });
    const { candidates, paths } = await complete(program, words, knownValues(env));
    for (const { value, description } of candidates) {
      out.write(description === '' ? `${value}\n` : `${value}\t${description.replace(/\s+/g, ' ')}\n`);
    }
    out.write(`:${paths}\n`);
    return EXIT.ok;
  };
}
