import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createCatalog } from '../../config/catalog.ts';
import type { Effective } from '../../config/effective.ts';
import { kindAccounts, serviceAccounts, type KindAccount } from '../../config/kind-accounts.ts';
import { kindExecutables, type KindExecutable } from '../../config/kind-executables.ts';
import { loadConfig, STANDARD_NAME, type LoadedConfig } from '../../config/spec-source.ts';
import { CoredinatorError } from '../../model/errors.ts';
import type { AgentPlan } from '../../model/spec.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { systemAccounts } from '../../process/os/accounts.ts';

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

/** What would run for one kind, host service or service of an agent. */
export type FoundExecutable = Pick<KindExecutable, 'subject' | 'choice'>;

/** What was found in the file of an agent; `plan` is null if the file cannot be used. */
export interface CheckedAgent {
  readonly file: string;
  readonly plan: AgentPlan | null;
  /** Of services whose executable or version differs from that of their kind. */
  readonly executables: readonly FoundExecutable[];
  /** Of services whose user or group differs from that of their kind. */
  readonly accounts: readonly KindAccount[];
  readonly error: CoredinatorError | null;
}

/** What was found in the configuration of the host. If it cannot be used, nothing else was checked. */
export interface CheckedConfig {
  /** Null: there is no file, and the built-in configuration applies. */
  readonly file: string | null;
  readonly error: CoredinatorError | null;
  readonly executables: readonly FoundExecutable[];
  readonly accounts: readonly KindAccount[];
  readonly agents: readonly CheckedAgent[];
}

/** Checks the configuration of the host, and files of agents like at a start. Only reads files. */
export async function checkConfig(
  location: ConfigLocation,
  agentFiles: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<CheckedConfig> {
  const config = await orError(loadConfig({ ...location, workingDirectory: process.cwd(), env }));
  if (config instanceof CoredinatorError) {
    const file = location.configFile ?? join(location.basePath, STANDARD_NAME);
    return { file, error: config, executables: [], accounts: [], agents: [] };
  }
  const catalog = createCatalog({ basePath: location.basePath, exclude: [], roots: location.executableRoots });
  const kinds = await kindExecutables(config.effective, catalog);
  const executables = kinds.filter(({ choice, isNeeded }) => isNeeded || choice.type === 'found');
  const accounts = await kindAccounts(config.effective, systemAccounts());
  const agents: CheckedAgent[] = [];
  // `DIR/*.yaml` names the configuration of the host too, which is no agent.
  for (const file of agentFiles.filter((file) => !isSameFile(file, config.file)))
    agents.push(await checkAgent(file, config, catalog));
  return { file: config.file, error: null, executables, accounts, agents };
}

function isSameFile(file: string, other: string | null): boolean {
  const [one, two] = [file, other ?? ''].map((path) => statSync(path, { throwIfNoEntry: false }));
  return one !== undefined && one.ino === two?.ino && one.dev === two.dev;
}

async function checkAgent(
  configPath: string,
  { specSource, effective }: LoadedConfig,
  catalog: Catalog,
): Promise<CheckedAgent> {
  const plan = await orError(specSource.planAgent({ configPath }));
  if (plan instanceof CoredinatorError)
    return { file: configPath, plan: null, executables: [], accounts: [], error: plan };
  const executables = await ownExecutables(plan, effective, catalog);
  const accounts = await serviceAccounts(plan.services, effective, systemAccounts());
  return { file: plan.configPath, plan, executables, accounts, error: null };
}

async function ownExecutables(
  { services }: AgentPlan,
  { kinds }: Effective,
  catalog: Catalog,
): Promise<readonly FoundExecutable[]> {
  const own = services.filter(({ kind: name, executable, version }) => {
    const kind = kinds.get(name);
    return kind?.executable !== executable || (kind.version ?? null) !== version;
  });
  return Promise.all(own.map(async (spec) => ({ subject: spec.id, choice: await catalog.choose(spec) })));
}

async function orError<T>(result: Promise<T>): Promise<T | CoredinatorError> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof CoredinatorError) return error;
    throw error;
  }
}
