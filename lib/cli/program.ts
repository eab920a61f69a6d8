import { Command } from 'commander';
import { HELP_OPTION, VERSION_OPTION, type CommandGroup, type CommandContext } from './command-group.ts';
import { agents } from './commands/agents.ts';
import { audit } from './commands/audit.ts';
import { completion } from './commands/completion.ts';
import { config } from './commands/config.ts';
import { doctor } from './commands/doctor.ts';
import { events } from './commands/events.ts';
import { health } from './commands/health.ts';
import { installService } from './commands/install-service.ts';
import { io } from './commands/io.ts';
import { report } from './commands/report.ts';
import { serve } from './commands/serve.ts';
import { services } from './commands/services.ts';
import { shutdown } from './commands/shutdown.ts';
import { backup, restore } from './commands/state.ts';
import { top } from './commands/top.ts';
import { webhooks } from './commands/webhooks.ts';

/** All commands, in the order of the help. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  serve,
  agents,
  services,
  io,
  events,
  audit,
  report,
  webhooks,
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

/** What the command tree is created with. */
export interface ProgramContext extends Omit<CommandContext, 'newCommand'> {
  readonly version: string;
  /** Prints help and error messages. */
  readonly print: (text: string) => void;
}

const OPENING = `
Keeps the services of agents running on this machine and serves a REST API.`;

const CLOSING = `
\`coredinator COMMAND --help\` shows more. Options follow the command.
Options that \`coredinator serve\` has too can also be set with COREDINATOR_<OPTION>.`;

/** Creates the command tree, for parsing, help and completion. It executes nothing: actions choose a task. */
export function newProgram(groups: readonly CommandGroup[], context: ProgramContext): Command {
  const examples = new Map<string, string>();
  const newCommand = (name: string): Command =>
    new Command(name)
      .helpOption(...HELP_OPTION)
      .helpCommand(false)
      .exitOverride()
      .configureOutput({ writeOut: context.print, writeErr: context.print });
  const program = newCommand('coredinator')
    .enablePositionalOptions()
    .usage('[serve] --base-path DIR [options]\n       coredinator COMMAND [options]')
    .description(OPENING.trim())
    .version(context.version, ...VERSION_OPTION)
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
    const command = group.define({ ...context, newCommand }).helpGroup(group.heading);
    examples.set(command.name(), group.example);
    program.addCommand(command);
  }
  addHelpHints(program, 'coredinator');
  return program;
}

/** Makes usage errors of a command end with a line about its help. */
function addHelpHints(command: Command, name: string): void {
  const shows = command.commands.length > 0 ? 'lists all commands' : 'shows the usage';
  command.showHelpAfterError(`\`${name} --help\` ${shows}.`);
  for (const sub of command.commands) addHelpHints(sub, `${name} ${sub.name()}`);
}
