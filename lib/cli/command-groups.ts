import type { CommandGroup } from './command-group.ts';
import { agents } from './commands/agents.ts';
import { completion } from './commands/completion.ts';
import { config } from './commands/config.ts';
import { doctor } from './commands/doctor.ts';
import { events } from './commands/events.ts';
import { health } from './commands/health.ts';
import { installService } from './commands/install-service.ts';
import { io } from './commands/io.ts';
import { serve } from './commands/serve.ts';
import { services } from './commands/services.ts';
import { shutdown } from './commands/shutdown.ts';
import { top } from './commands/top.ts';

/** Every command, in the order of the help. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  serve,
  agents,
  services,
  io,
  events,
  top,
  health,
  shutdown,
  config,
  doctor,
  installService,
  completion,
];
