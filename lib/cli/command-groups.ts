import type { CommandGroup } from './command-group.ts';
import { completion } from './commands/completion.ts';
import { config } from './commands/config.ts';
import { installService } from './commands/install-service.ts';
import { serve } from './commands/serve.ts';

/** Every command, in the order of the help. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [serve, config, installService, completion];
