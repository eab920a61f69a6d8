import { Argument } from 'commander';
import { EXIT } from '../../host/exit-codes.ts';
import type { CommandGroup } from '../command-group.ts';
import { SHELLS, completionScript, type Shell } from '../completion/scripts.ts';

const HELP = `
bash, for this user:    coredinator completion bash > ~/.local/share/bash-completion/completions/coredinator
zsh, into your fpath:   coredinator completion zsh > ~/.zfunc/_coredinator
fish:                   coredinator completion fish > ~/.config/fish/completions/coredinator.fish
In the shell that runs: source <(coredinator completion bash)`;

/** Completion of commands, options and their values in a shell. */
export const completion: CommandGroup = {
  heading: 'Prepare a machine:',
  example: 'source <(coredinator completion bash)',
  define: ({ newCommand, choose }) =>
    newCommand('completion')
      .summary('print a script that completes command lines')
      .description('Prints a script that makes your shell complete the command lines of coredinator.')
      .addArgument(new Argument('<shell>', 'the shell that reads it').choices(SHELLS))
      .addHelpText('after', HELP)
      .action((shell: Shell) => {
        choose(({ out }) => {
          out.write(completionScript(shell));
          return Promise.resolve(EXIT.ok);
        });
      }),
};
