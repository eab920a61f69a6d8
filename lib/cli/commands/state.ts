import { join, resolve } from 'node:path';
import { EXIT } from '../../host/exit-codes.ts';
import type { CommandGroup, CommandContext, Task } from '../command-group.ts';
import { givenOption } from '../serve/flags.ts';

interface Given {
  readonly basePath?: string;
  readonly stateDir?: string;
}

const HEADING = 'Prepare a machine:';

/** Saves the state of a host. */
export const backup: CommandGroup = {
  heading: HEADING,
  example: 'coredinator backup plant.tar.gz --base-path /opt/plant',
  define: (context) =>
    withPlace(context, 'backup')
      .argument('<file>', 'the archive to write; it must not exist')
      .summary('save the state of a host to a file')
      .description(
        'Saves the state directory of a host to an archive, also while the host runs. It is as secret as the environment of the services.',
      )
      .action((file: string, given: Given) => {
        context.choose(task((stateDir) => backUpTo(stateDir, resolve(file)), given, context));
      }),
};

/** Restores the state of a host. */
export const restore: CommandGroup = {
  heading: HEADING,
  example: 'coredinator restore plant.tar.gz --base-path /opt/plant',
  define: (context) =>
    withPlace(context, 'restore')
      .argument('<file>', 'an archive that `coredinator backup` wrote')
      .summary('restore the state directory of a host from a backup')
      .description(
        'Restores a state directory, which must be empty or absent, from a backup. A host on it is a new instance: it launches nothing while ' +
          'processes of the original are alive on the same machine.',
      )
      .action((file: string, given: Given) => {
        context.choose(task((stateDir) => restoreFrom(stateDir, resolve(file)), given, context));
      }),
};

function withPlace(context: CommandContext, name: string): ReturnType<CommandContext['newCommand']> {
  return context
    .newCommand(name)
    .option('--base-path <dir>', 'folder with the service executables (default: the current folder)')
    .option('--state-dir <dir>', 'folder for the state of the host (default: <base-path>/.coredinator)');
}

function task(run: (stateDir: string) => Promise<string>, given: Given, { env }: CommandContext): Task {
  const path = (value: string | undefined, flag: string): string | null => {
    const found = givenOption(value, flag, env);
    return found === undefined ? null : resolve(found.values[0]);
  };
  const basePath = path(given.basePath, '--base-path') ?? process.cwd();
  const stateDir = path(given.stateDir, '--state-dir') ?? join(basePath, '.coredinator');
  return async ({ out, err }) => {
    const { BackupError } = await import('../../store/backup.ts');
    try {
      out.write(`${await run(stateDir)}\n`);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      err.write(`error: ${error.message}\n`);
      return EXIT.usage;
    }
  };
}

/** Returns what was done, as a sentence. */
async function backUpTo(stateDir: string, file: string): Promise<string> {
  const { backUp } = await import('../../store/backup.ts');
  await backUp(stateDir, file, Date.now());
  return `Saved "${stateDir}" to "${file}".`;
}

async function restoreFrom(stateDir: string, file: string): Promise<string> {
  const { restoreBackup } = await import('../../store/backup.ts');
  await restoreBackup(file, stateDir);
  return `Restored "${stateDir}". Start a host on it; its health says that it was restored until \`coredinator health acknowledge\`.`;
}
