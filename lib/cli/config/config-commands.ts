import { UNALLOCATED } from '../../config/plans/service-plan.ts';
import { jsonSchemaFor, type SchemaSubject } from '../../config/schema/json-schema.ts';
import { effectiveYaml } from '../../config/show.ts';
import { loadConfig, type LoadedConfig } from '../../config/spec-source.ts';
import { ConfigInvalidError, CoredinatorError } from '../../model/errors.ts';

/** Where `coredinator config` finds the host's configuration; the paths are absolute. */
export interface ConfigPlace {
  readonly basePath: string;
  /** The file that was given; null: the `coredinator.yaml` of the base path, if there is one. */
  readonly configFile: string | null;
  /** The folder that the files of agents must lie in; null: they may lie anywhere. */
  readonly configRoot: string | null;
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
        return await check(await load(command.place, env), command.agentFiles);
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

async function check(config: LoadedConfig, agentFiles: readonly string[]): Promise<CommandOutput> {
  const specs = config.specSource(UNALLOCATED);
  let output = `${config.file ?? 'the built-in configuration'}: ok\n`;
  let errors = '';
  for (const configPath of agentFiles) {
    try {
      const plan = await specs.planAgent({ configPath });
      output += `${plan.configPath}: ok, the agent "${plan.id}" with ${plan.services.map(({ id }) => id).join(', ')}\n`;
    } catch (error) {
      errors += explained(error);
    }
  }
  return { code: errors === '' ? 0 : 2, output, errors };
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
