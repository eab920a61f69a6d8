import type { CommandGroup } from './command-group.ts';
import { completion } from './commands/completion.ts';
import { config } from './commands/config.ts';
import { serve } from './commands/serve.ts';

/** Every command, in the order of the help. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [serve, config, completion];
