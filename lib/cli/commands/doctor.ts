import { join, resolve } from 'node:path';
import type { DoctorRequest } from '../../doctor/check.ts';
import type { CommandGroup, CommandContext, Task } from '../command-group.ts';
import { engineName } from '../serve/option-values.ts';
import { listenPlace } from '../serve/listen-options.ts';
import { executableRootOption, givenOption, givenOptions, type RawOption } from '../serve/flags.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { printJson } from '../output/io.ts';
import { Progress } from '../output/progress.ts';

const HELP = `
Changes nothing and does not disturb a running host: the database is tested with a temporary file. Run it as the user that will run
the host. Exit code 0: no check failed, but there may be warnings; 1: at least one check failed.`;

/** The options as given, without the environment. */
interface Given {
  readonly basePath?: string;
  readonly stateDir?: string;
  readonly executableRoot?: readonly string[];
  readonly config?: string;
  readonly engine?: string;
  readonly host?: string;
  readonly port?: string;
  readonly listen?: string;
  readonly tlsKey?: string;
  readonly tokenFile?: string;
  readonly readTokenFile?: string;
  readonly json?: true;
}

/** The checks of a machine. */
export const doctor: CommandGroup = {
  heading: 'Prepare a machine:',
  example: 'coredinator doctor --base-path /opt/plant',
  define: (context) =>
    context
      .newCommand('doctor')
      .summary('check this machine for a host')
      .description('Checks whether this machine can run a host, and says how to fix problems.')
      .option('--base-path <dir>', 'folder with the service executables (default: the current folder)')
      .option('--state-dir <dir>', 'folder for the state of the host (default: <base-path>/.coredinator)')
      .addOption(executableRootOption())
      .option('--config <file>', 'configuration of the host (default: <base-path>/coredinator.yaml if it exists)')
      .option('--engine <name>', 'what would run the services: local or kubernetes (default: as coredinator.yaml says)')
      .option('--host <addr>', 'address to listen on (default: 127.0.0.1)')
      .option('--port <n>', 'port to listen on (default: 8000)')
      .option('--listen <place>', 'unix:PATH to listen on a Unix socket instead of an address')
      .option('--tls-key <file>', 'file with the private key of the certificate')
      .option('--token-file <file>', 'file with the token for full access')
      .option('--read-token-file <file>', 'file with the token for read-only access')
      .option('--json', 'print one JSON document: {status, checks: [{id, title, status, detail, remedy}]}')
      .addHelpText('after', HELP)
      .action((given: Given) => {
        context.choose(taskOf(requestOf(given, context), given.json === true));
      }),
};

function requestOf(given: Given, { env }: CommandContext): DoctorRequest {
  const option = (value: string | undefined, flag: string): RawOption | undefined => givenOption(value, flag, env);
  const path = (value: string | undefined, flag: string): string | null => {
    const found = option(value, flag);
    return found === undefined ? null : resolve(found.values[0]);
  };
  const basePath = path(given.basePath, '--base-path') ?? process.cwd();
  const [listen, host, port] = [
    option(given.listen, '--listen'),
    option(given.host, '--host'),
    option(given.port, '--port'),
  ];
  const engine = option(given.engine, '--engine');
  const roots = givenOptions(given.executableRoot, '--executable-root', env);
  const secrets = [
    path(given.tokenFile, '--token-file'),
    path(given.readTokenFile, '--read-token-file'),
    path(given.tlsKey, '--tls-key'),
  ];
  return {
    basePath,
    stateDir: path(given.stateDir, '--state-dir') ?? join(basePath, '.coredinator'),
    executableRoots: roots?.values.map((root) => resolve(root)) ?? [],
    configFile: path(given.config, '--config'),
    engine: engine === undefined ? null : engineName(engine),
    place: listenPlace({
      ...(listen === undefined ? {} : { listen }),
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
    }),
    secretFiles: secrets.filter((file) => file !== null),
    env,
  };
}

function taskOf(request: DoctorRequest, isJson: boolean): Task {
  return async ({ env, out, err }) => {
    const { examine } = await import('../../doctor/examine.ts');
    const { renderReport, verdictOf } = await import('../output/doctor-report.ts');
    const progress = new Progress(err);
    const results = await examine(request, (title) => {
      progress.say(`Checking: ${title}`);
    });
    progress.clear();
    const status = verdictOf(results);
    if (isJson) printJson(out, { status, checks: results });
    else out.write(renderReport(results, out, env));
    return status === 'fail' ? EXIT.failed : EXIT.ok;
  };
}
