import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ConfigInvalidError } from '../model/errors.ts';
import type { SpecSource } from '../ports/spec-source.ts';
import { readConfigFile, readConfigFileIfAny } from './config-file.ts';
import { hostConfig, type Effective } from './effective.ts';
import { planAgent, planIo } from './plans/agent-plan.ts';
import { planHostServices } from './plans/host-plan.ts';
import { planWebhooks } from './plans/webhook-plan.ts';
import { completeDocument } from './show.ts';
import { parseYaml, type YamlSource } from './yaml/yaml-source.ts';

/** Where to find the configuration. */
export interface ConfigOptions {
  /** The folder of the executables; services run there unless their kind has a `cwd`. */
  readonly basePath: string;
  /**
   * The host's configuration; null: the `coredinator.yaml` of the base path if it exists, else only the built-in
   * defaults.
   */
  readonly configFile: string | null;
  /** The folder that must contain the files of agents, absolute; default: any folder. */
  readonly configRoot?: string | null;
  /** The base of relative paths. */
  readonly workingDirectory: string;
  /** The host's environment, for `${env.NAME}`. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A host's configuration that was read and checked. */
export interface LoadedConfig {
  /** The file that was read; null: only the built-in defaults. */
  readonly file: string | null;
  readonly effective: Effective;
  /** What plans by this configuration. */
  readonly specSource: SpecSource;
}

/** The name of the configuration file of a host, in its base path. */
export const STANDARD_NAME = 'coredinator.yaml';

/**
 * Reads and checks the host's configuration, including the host services; changes nothing. Throws ConfigUnreadableError
 * and ConfigInvalidError.
 */
export function loadConfig(options: ConfigOptions): Promise<LoadedConfig> {
  return load(options, null);
}

/** `present`: the configuration of the running host, which is to be replaced. */
async function load(options: ConfigOptions, present: Effective | null): Promise<LoadedConfig> {
  const { workingDirectory, env, configRoot = null } = options;
  const basePath = resolve(workingDirectory, options.basePath);
  const hostSource = await readHostConfig({ ...options, basePath });
  const effective = hostConfig(hostSource);
  if (present !== null && !isDeepStrictEqual(present.engine, effective.engine)) throw engineChanged(hostSource);
  const site = { basePath, env };
  const services = await planHostServices(effective, site, hostSource);
  const webhooks = await planWebhooks(effective, site, hostSource);
  const context = { host: effective, hostSource, site, workingDirectory, configRoot };
  return {
    file: hostSource?.file ?? null,
    effective,
    specSource: {
      planAgent: (request) => planAgent(request, context),
      planIo: (request) => planIo(request, context),
      hostServices: () => Promise.resolve(services),
      document: () => completeDocument(effective),
      webhooks: () => webhooks,
      totalLogBytes: () => effective.logs.total_bytes,
      reread: async () => (await load(options, effective)).specSource,
    },
  };
}

/** A host that launched here what runs there could no longer say what runs. */
function engineChanged(source: YamlSource | null): Error {
  const message = 'has changed, and a running host keeps its engine; restart the host, or take the change back';
  return (
    source?.refuse([{ path: ['engine'], message }]) ??
    new ConfigInvalidError(`The configuration is gone: engine ${message}.`, [])
  );
}

async function readHostConfig({ basePath, configFile, workingDirectory }: ConfigOptions): Promise<YamlSource | null> {
  if (configFile === null) {
    const standard = join(basePath, STANDARD_NAME);
    const bytes = await readConfigFileIfAny(standard);
    return bytes === null ? null : parseYaml(standard, bytes);
  }
  const path = resolve(workingDirectory, configFile);
  return parseYaml(path, await readConfigFile(path));
}
