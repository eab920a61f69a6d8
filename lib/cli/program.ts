import { Command } from 'commander';
import { HELP_OPTION, VERSION_OPTION, type CommandGroup, type CommandSite } from './command-group.ts';
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
import { backup, restore } from './commands/state.ts';
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
  backup,
  restore,
  installService,
  completion,
];

/** What the whole tree of commands is made with. */
export interface ProgramSite extends Omit<CommandSite, 'newCommand'> {
  readonly version: string;
  /** Takes help and complaints. */
  readonly print: (text: string) => void;
}

const OPENING = `
Keeps the services of agents running on this machine, and answers a REST API.`;

const CLOSING = `
\`coredinator COMMAND --help\` tells more. Options stand behind the command.
Where an option is one of \`coredinator serve\` too, it also reads COREDINATOR_<OPTION>.`;

/** The tree of all commands, for parsing, for help and for completion. Nothing is run by it: actions choose a task. */
export function newProgram(groups: readonly CommandGroup[], site: ProgramSite): Command {
  const examples = new Map<string, string>();
  const newCommand = (name: string): Command =>
    new Command(name)
      .helpOption(...HELP_OPTION)
      .helpCommand(false)
      .exitOverride()
      .configureOutput({ writeOut: site.print, writeErr: site.print });
  const program = newCommand('coredinator')
    .enablePositionalOptions()
    .usage('[serve] --base-path DIR [options]\n       coredinator COMMAND [options]')
    .description(OPENING.trim())
    .version(site.version, ...VERSION_OPTION)
    .addHelpCommand(
      newCommand('help').argument('[command]').description('print the help of a command').helpGroup('More:'),
    )
    .addHelpText('after', CLOSING)
    .configureHelp({
      subcommandTerm: (command) => command.name(),
      subcommandDescription: (command) => {
        const example = examples.get(command.name());
        const text = command.summary() || command.description();
        return example === undefined ? text : `${text}\n$ ${example}`;
      },
    });
  for (const group of groups) {
    const command = group.define({ ...site, newCommand }).helpGroup(group.heading);
    examples.set(command.name(), group.example);
    program.addCommand(command);
  }
  sayWhereHelpIs(program, 'coredinator');
  return program;
}

/** Usage errors of a command end with a line that says where its help is. */
function sayWhereHelpIs(command: Command, name: string): void {
  const shows = command.commands.length > 0 ? 'lists all commands' : 'shows the usage';
  command.showHelpAfterError(`\`${name} --help\` ${shows}.`);
  for (const sub of command.commands) sayWhereHelpIs(sub, `${name} ${sub.name()}`);
}
