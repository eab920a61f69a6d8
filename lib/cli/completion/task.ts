import { EXIT } from '../../host/exit-codes.ts';
import type { CommandGroup, Task } from '../command-group.ts';
import { newProgram } from '../program.ts';
import { complete } from './candidates.ts';
import { knownValues } from './values.ts';

/** Prints one line per matching word (with a tab before its description), then `:none`, `:files` or `:folders`. */
export function completionTask(words: readonly string[], groups: readonly CommandGroup[]): Task {
  return async ({ env, out }) => {
    const nothing = (): void => undefined;
    const program = newProgram(groups, { env, version: '', print: nothing, choose: nothing });
    const { candidates, paths } = await complete(program, words, knownValues(env));
    for (const { value, description } of candidates) {
      out.write(description === '' ? `${value}\n` : `${value}\t${description.replace(/\s+/g, ' ')}\n`);
    }
    out.write(`:${paths}\n`);
    return EXIT.ok;
  };
}
