import { createCatalog } from '../../config/catalog.ts';
import type { Effective } from '../../config/effective.ts';
import { executableLine, kindExecutables } from '../../config/kind-executables.ts';
import { accountLine, kindAccounts, serviceAccounts } from '../../config/kind-accounts.ts';
import { jsonSchemaFor, type SchemaSubject } from '../../config/schema/json-schema.ts';
import { effectiveYaml } from '../../config/show.ts';
import { loadConfig, type LoadedConfig } from '../../config/spec-source.ts';
import { ConfigInvalidError, CoredinatorError } from '../../model/errors.ts';
import type { AgentPlan } from '../../model/spec.ts';
import { systemAccounts } from '../../process/os/accounts.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** The location of the host's configuration; the paths are absolute. */
export interface ConfigLocation {
  readonly basePath: string;
  /** The file given on the command line; null: `coredinator.yaml` in the base path, if it exists. */
  readonly configFile: string | null;
  /** The folder that must contain agent files; null: they may be anywhere. */
  readonly configRoot: string | null;
  /** Folders outside of the base path that links to executables may lead into. */
  readonly executableRoots: readonly string[];
}

/** A parsed `coredinator config` command. */
export type ConfigCommand =
  | { readonly type: 'check'; readonly location: ConfigLocation; readonly agentFiles: readonly string[] }
  | { readonly type: 'show'; readonly location: ConfigLocation }
  | { readonly type: 'schema'; readonly subject: SchemaSubject };

/** The output of a command. Code 2: something is wrong, as reported in `errors`. */
export interface CommandOutput {
  readonly code: 0 | 2;
  readonly output: string;
  readonly errors: string;
}

/** Executes `coredinator config …`. Needs no host and no store, and only reads files. */
export async function runConfigCommand(command: ConfigCommand, env: NodeJS.ProcessEnv): Promise<CommandOutput> {
  try {
    switch (command.type) {
      case 'check':
        return await check(await load(command.location, env), command);
      case 'show':
        return success(effectiveYaml((await load(command.location, env)).effective));
      case 'schema':
        return success(`${JSON.stringify(jsonSchemaFor(command.subject), null, 2)}\n`);
    }
  } catch (error) {
    return { code: 2, output: '', errors: describeError(error) };
  }
}

function load(location: ConfigLocation, env: NodeJS.ProcessEnv): Promise<LoadedConfig> {
  return loadConfig({ ...location, workingDirectory: process.cwd(), env });
}

async function check(
  config: LoadedConfig,
  { agentFiles, location }: Extract<ConfigCommand, { readonly type: 'check' }>,
): Promise<CommandOutput> {
  const specs = config.specSource;
  const catalog = createCatalog({ basePath: location.basePath, exclude: [], roots: location.executableRoots });
  const kinds = await kindExecutables(config.effective, catalog);
  const shown = kinds.filter(({ choice, isNeeded }) => isNeeded || choice.type === 'found');
  const accounts = systemAccounts();
  const users = (await kindAccounts(config.effective, accounts)).map(accountLine);
  let output = `${config.file ?? 'the built-in configuration'}: ok\n${[...shown.map(executableLine), ...users].map(indented).join('')}`;
  let errors = '';
  for (const configPath of agentFiles) {
    try {
      const plan = await specs.planAgent({ configPath });
      output += `${plan.configPath}: ok, agent "${plan.id}" with ${plan.services.map(({ id }) => id).join(', ')}\n`;
      output += await ownExecutables(plan, config.effective, catalog);
      const own = await serviceAccounts(plan.services, config.effective, accounts);
      output += own.map(accountLine).map(indented).join('');
    } catch (error) {
      errors += describeError(error);
    }
  }
  return { code: errors === '' ? 0 : 2, output, errors };
}

/** What would run for the services of an agent whose executable or version differs from that of their kind. */
async function ownExecutables({ services }: AgentPlan, { kinds }: Effective, catalog: Catalog): Promise<string> {
  const own = services.filter(({ kind: name, executable, version }) => {
    const kind = kinds.get(name);
    return kind?.executable !== executable || (kind.version ?? null) !== version;
  });
  const choices = await Promise.all(own.map((spec) => catalog.choose(spec)));
  return choices.map((choice, index) => indented(executableLine({ subject: own[index]?.id ?? '', choice }))).join('');
}

function indented(line: string): string {
  return `  ${line}\n`;
}

function success(output: string): CommandOutput {
  return { code: 0, output, errors: '' };
}

/** All problems of a file, one per line; the first message has the file name. Rethrows any other error. */
function describeError(error: unknown): string {
  if (!(error instanceof CoredinatorError)) throw error;
  const further = error instanceof ConfigInvalidError ? error.issues.slice(1) : [];
  const lines = further.map(({ line, column, path, message }) => {
    const place = line === undefined ? '' : `${line}:${column ?? 1}: `;
    return `  ${place}${path === '' ? '' : `${path} `}${message}.\n`;
  });
  return `error: ${error.message}\n${lines.join('')}`;
}
