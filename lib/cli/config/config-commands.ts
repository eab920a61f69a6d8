import { createCatalog } from '../../config/catalog.ts';
import type { Effective } from '../../config/effective.ts';
import { executableLine, kindExecutables, type KindExecutable } from '../../config/kind-executables.ts';
import { jsonSchemaFor, type SchemaSubject } from '../../config/schema/json-schema.ts';
import { effectiveYaml } from '../../config/show.ts';
import { loadConfig, type LoadedConfig } from '../../config/spec-source.ts';
import { ConfigInvalidError, CoredinatorError } from '../../model/errors.ts';
import type { AgentPlan } from '../../model/spec.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** Where `coredinator config` finds the host's configuration; the paths are absolute. */
export interface ConfigPlace {
  readonly basePath: string;
  /** The file that was given; null: the `coredinator.yaml` of the base path, if there is one. */
  readonly configFile: string | null;
  /** The folder that the files of agents must lie in; null: they may lie anywhere. */
  readonly configRoot: string | null;
  /** Folders outside of the base path that links to executables may lead into. */
  readonly executableRoots: readonly string[];
}

/** What `coredinator config` is to do. */
export type ConfigCommand =
  | { readonly type: 'check'; readonly place: ConfigPlace; readonly agentFiles: readonly string[] }
  | { readonly type: 'show'; readonly place: ConfigPlace }
  | { readonly type: 'schema'; readonly subject: SchemaSubject };

/** What a command has to say. Code 2: something is wrong, and `errors` names it. */
export interface CommandOutput {
  readonly code: 0 | 2;
  readonly output: string;
  readonly errors: string;
}

/** Carries out `coredinator config …`. Needs no host and no store; reads files and changes nothing. */
export async function runConfigCommand(command: ConfigCommand, env: NodeJS.ProcessEnv): Promise<CommandOutput> {
  try {
    switch (command.type) {
      case 'check':
        return await check(await load(command.place, env), command);
      case 'show':
        return said(effectiveYaml((await load(command.place, env)).effective));
      case 'schema':
        return said(`${JSON.stringify(jsonSchemaFor(command.subject), null, 2)}\n`);
    }
  } catch (error) {
    return { code: 2, output: '', errors: explained(error) };
  }
}

function load(place: ConfigPlace, env: NodeJS.ProcessEnv): Promise<LoadedConfig> {
  return loadConfig({ ...place, workingDirectory: process.cwd(), env });
}

async function check(
  config: LoadedConfig,
  { agentFiles, place }: Extract<ConfigCommand, { readonly type: 'check' }>,
): Promise<CommandOutput> {
  const specs = config.specSource;
  const catalog = createCatalog({ basePath: place.basePath, exclude: [], roots: place.executableRoots });
  const kinds = await kindExecutables(config.effective, catalog);
  const told = kinds.filter(({ choice, isNeeded }) => isNeeded || choice.type === 'found');
  let output = `${config.file ?? 'the built-in configuration'}: ok\n${told.map(indented).join('')}`;
  let errors = '';
  for (const configPath of agentFiles) {
    try {
      const plan = await specs.planAgent({ configPath });
      output += `${plan.configPath}: ok, the agent "${plan.id}" with ${plan.services.map(({ id }) => id).join(', ')}\n`;
      output += await ownExecutables(plan, config.effective, catalog);
    } catch (error) {
      errors += explained(error);
    }
  }
  return { code: errors === '' ? 0 : 2, output, errors };
}

/** What would run for those services of an agent whose executable is not that of their kind, or not told with it. */
async function ownExecutables({ services }: AgentPlan, { kinds }: Effective, catalog: Catalog): Promise<string> {
  const own = services.filter(({ kind: name, executable, version }) => {
    const kind = kinds.get(name);
    return kind?.executable !== executable || (kind.version ?? null) !== version;
  });
  const choices = await Promise.all(own.map((spec) => catalog.choose(spec)));
  return choices.map((choice, index) => indented({ subject: own[index]?.id ?? '', choice })).join('');
}

function indented(told: Pick<KindExecutable, 'subject' | 'choice'>): string {
  return `  ${executableLine(told)}\n`;
}

function said(output: string): CommandOutput {
  return { code: 0, output, errors: '' };
}

/** Every problem of a file, a line each; the message of the first has the file's name. Any other error is thrown on. */
function explained(error: unknown): string {
  if (!(error instanceof CoredinatorError)) throw error;
  const further = error instanceof ConfigInvalidError ? error.issues.slice(1) : [];
  const lines = further.map(({ line, column, path, message }) => {
    const place = line === undefined ? '' : `${line}:${column ?? 1}: `;
    return `  ${place}${path === '' ? '' : `${path} `}${message}.\n`;
  });
  return `error: ${error.message}\n${lines.join('')}`;
}
