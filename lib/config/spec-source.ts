import { resolve } from 'node:path';
import type { ServiceSpec } from '../model/spec.ts';
import type { SpecSource } from '../ports/spec-source.ts';
import { planAgent, planIo } from './agent-plan.ts';
import { readConfigFile } from './config-file.ts';
import { hostConfig } from './effective.ts';
import { planHostServices } from './host-plan.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

/** Where configuration is found. */
export interface SpecSourceOptions {
  /** The folder of the executables; services run there unless their kind has a `cwd`. */
  readonly basePath: string;
  /** The `coredinator.yaml`; null: the built-in defaults only. */
  readonly configFile: string | null;
  /** Where relative paths begin. */
  readonly workingDirectory: string;
}

/** Reads and checks the host's configuration, once. Throws ConfigUnreadableError and ConfigInvalidError. */
export async function loadSpecSource(options: SpecSourceOptions): Promise<SpecSource> {
  const { configFile, workingDirectory } = options;
  const basePath = resolve(workingDirectory, options.basePath);
  const source = configFile === null ? null : await readHostConfig(resolve(workingDirectory, configFile));
  const host = hostConfig(source);
  const services: readonly ServiceSpec[] = planHostServices(host.services, basePath, source);
  const place = { host, basePath, workingDirectory };
  return {
    planAgent: (request) => planAgent(request, place),
    planIo: (request) => planIo(request, place),
    hostServices: () => services,
  };
}

async function readHostConfig(path: string): Promise<YamlSource> {
  return parseYaml(path, await readConfigFile(path)).whole();
}
