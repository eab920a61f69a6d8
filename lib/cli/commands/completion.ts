import { Argument } from 'commander';
import { EXIT } from '../../host/exit-codes.ts';
import type { CommandGroup } from '../command-group.ts';
import { SHELLS, completionScript, type Shell } from '../completion/scripts.ts';

const HELP = `
bash, for this user:    coredinator completion bash > ~/.local/share/bash-completion/completions/coredinator
zsh, into your fpath:   coredinator completion zsh > ~/.zfunc/_coredinator
fish:                   coredinator completion fish > ~/.config/fish/completions/coredinator.fish
in the current shell:   source <(coredinator completion bash)`;

/** Shell completion of commands, options and values. */
export const completion: CommandGroup = {
  heading: 'Prepare a machine:',
  example: 'source <(coredinator completion bash)',
  define: ({ newCommand, choose }) =>
    newCommand('completion')
      .summary('print a script for shell completion')
      .description('Prints a script with which your shell completes the command lines of coredinator.')
      .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
      .addHelpText('after', HELP)
      .action((shell: Shell) => {
        choose(({ out }) => {
          out.write(completionScript(shell));
          return Promise.resolve(EXIT.ok);
        });
      }),
};
