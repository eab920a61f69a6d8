import type { SchemaSubject } from '../../config/schema/json-schema.ts';
import { jsonSchemaFor } from '../../config/schema/json-schema.ts';
import { effectiveDocument, effectiveYaml } from '../../config/show.ts';
import { loadConfig } from '../../config/spec-source.ts';
import { CoredinatorError } from '../../model/errors.ts';
import { jsonText } from '../output/io.ts';
import { checkConfig, type ConfigLocation } from './check.ts';
import { checkedJson, checkedText, errorText, type CommandOutput } from './check-report.ts';

/** A parsed `coredinator config` command. */
export type ConfigCommand =
  | {
      readonly type: 'check';
      readonly location: ConfigLocation;
      readonly agentFiles: readonly string[];
      readonly isJson: boolean;
    }
  | { readonly type: 'show'; readonly location: ConfigLocation; readonly isJson: boolean }
  | { readonly type: 'schema'; readonly subject: SchemaSubject };

/** Executes `coredinator config …`. Needs no host and no store, and only reads files. */
export async function runConfigCommand(command: ConfigCommand, env: NodeJS.ProcessEnv): Promise<CommandOutput> {
  switch (command.type) {
    case 'check': {
      const checked = await checkConfig(command.location, command.agentFiles, env);
      return command.isJson ? checkedJson(checked) : checkedText(checked);
    }
    case 'show':
      return show(command, env);
    case 'schema':
      return success(jsonText(jsonSchemaFor(command.subject)));
  }
}

async function show(
  { location, isJson }: Extract<ConfigCommand, { readonly type: 'show' }>,
  env: NodeJS.ProcessEnv,
): Promise<CommandOutput> {
  try {
    const { effective } = await loadConfig({ ...location, workingDirectory: process.cwd(), env });
    return success(isJson ? jsonText(effectiveDocument(effective)) : effectiveYaml(effective));
  } catch (error) {
    if (!(error instanceof CoredinatorError)) throw error;
    const document = { title: 'Invalid configuration', detail: error.message, errors: error.issues };
    return { code: 2, output: '', errors: isJson ? jsonText(document) : errorText(error) };
  }
}

function success(output: string): CommandOutput {
  return { code: 0, output, errors: '' };
}
