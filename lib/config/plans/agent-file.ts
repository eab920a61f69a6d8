import { parse, resolve } from 'node:path';
import type { ConfigInvalidError } from '../../model/errors.ts';
import { readConfigFileIn } from '../config-file.ts';
import { agentConfig, type AgentConfig, type Effective } from '../effective.ts';
import { member } from '../json.ts';
import { configInvalid, type Path, type Problem } from '../problems.ts';
import { parseYaml, type YamlFile, type YamlSource } from '../yaml/yaml-source.ts';
import type { PlanSite } from './service-plan.ts';

/** What every plan of this host begins with. */
export interface PlanContext {
  readonly host: Effective;
  /** The host's own file; null: there is none. */
  readonly hostSource: YamlSource | null;
  readonly site: PlanSite;
  readonly workingDirectory: string;
  /** The folder that agents' files must lie in; null: they may lie anywhere. */
  readonly configRoot: string | null;
}

/** An agent's file, read and laid over the host's configuration. */
export interface AgentFile {
  readonly path: string;
  /** The file name without its last extension. */
  readonly stem: string;
  readonly config: AgentConfig;
  /** Whether the file itself holds the value at a path that begins at its section, and not the host's configuration. */
  readonly isOwn: (path: Path) => boolean;
  /** The refusal of the file (or of the host's, where a value comes from there), for paths that begin at its section. */
  readonly refuse: (problems: readonly Problem[]) => ConfigInvalidError;
}

/** The key of an agent's file that is ours; the rest belongs to the agent's programs. */
const SECTION = 'coredinator';

/** Reads an agent's file; any mapping is fine, and so is an empty file. Throws ConfigUnreadableError, ConfigOutsideRootError and ConfigInvalidError. */
export async function readAgentFile(configPath: string, context: PlanContext): Promise<AgentFile> {
  const path = resolve(context.workingDirectory, configPath);
  const file = parseYaml(path, await readConfigFileIn(context.configRoot, path));
  refuseOther(file);
  const source = file.part(SECTION);
  return {
    path,
    stem: parse(path).name,
    config: agentConfig(context.host, source),
    isOwn: (place) => isIn(source, place),
    refuse: (problems) => {
      const inHostFile = problems.filter(
        (problem) => !isIn(source, problem.path) && isIn(context.hostSource, problem.path),
      );
      if (context.hostSource !== null && inHostFile.length > 0) return context.hostSource.refuse(inHostFile);
      return source?.refuse(problems) ?? configInvalid(path, problems, () => undefined);
    },
  };
}

/** What is no mapping is another file than was meant, such as `/etc/shadow`; nothing of it is quoted. */
function refuseOther({ whole }: YamlFile): void {
  const { json, refuse } = whole();
  if (json === null || (typeof json === 'object' && !Array.isArray(json) && !isTable(json))) return;
  const message = "must be a mapping of keys to values, as the file of an agent is; give the path of the agent's file";
  throw refuse([{ path: [], message }]);
}

/** Lines such as `root:x:::` are keys without a value to YAML. */
function isTable(json: object): boolean {
  const pairs = Object.entries(json);
  return pairs.some(([key]) => key.includes(':')) && pairs.every(([, value]) => value === null);
}

function isIn(source: YamlSource | null, path: Path): boolean {
  return path.reduce(member, source?.json) !== undefined;
}
