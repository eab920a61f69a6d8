import { parse, resolve } from 'node:path';
import type { ConfigInvalidError } from '../../model/errors.ts';
import { readConfigFileIn } from '../config-file.ts';
import { agentConfig, type AgentConfig, type Effective } from '../effective.ts';
import { member } from '../json.ts';
import { configInvalid, type Path, type Problem } from '../problems.ts';
import { parseForeignYaml, type ForeignYaml, type YamlSource } from '../yaml/yaml-source.ts';
import type { PlanSite } from './service-plan.ts';

/** What all plans of this host share. */
export interface PlanContext {
  readonly host: Effective;
  /** The host's own file; null: there is none. */
  readonly hostSource: YamlSource | null;
  readonly site: PlanSite;
  readonly workingDirectory: string;
  /** The folder that must contain the files of agents; null: any folder. */
  readonly configRoot: string | null;
}

/** An agent's file, merged over the host's configuration. */
export interface AgentFile {
  readonly path: string;
  /** The file name without its last extension. */
  readonly stem: string;
  readonly config: AgentConfig;
  /**
   * Whether the value at a path, relative to the section, comes from the file itself and not from the host's
   * configuration.
   */
  readonly isOwn: (path: Path) => boolean;
  /** The error for the file (or for the host's, if the value comes from there), for paths relative to the section. */
  readonly refuse: (problems: readonly Problem[]) => ConfigInvalidError;
}

/** The key of an agent's file for Coredinator; the rest belongs to the agent's programs. */
const SECTION = 'coredinator';

/**
 * Reads an agent's file, which may contain any mapping or be empty. Throws ConfigUnreadableError,
 * ConfigOutsideRootError and ConfigInvalidError.
 */
export async function readAgentFile(configPath: string, context: PlanContext): Promise<AgentFile> {
  const path = resolve(context.workingDirectory, configPath);
  const file = parseForeignYaml(path, await readConfigFileIn(context.configRoot, path));
  refuseOther(path, file);
  const source = file.part(SECTION);
  return {
    path,
    stem: parse(path).name,
    config: agentConfig(context.host, source),
    isOwn: (place) => contains(source, place),
    refuse: (problems) => {
      const inHostFile = problems.filter(
        (problem) => !contains(source, problem.path) && contains(context.hostSource, problem.path),
      );
      if (context.hostSource !== null && inHostFile.length > 0) return context.hostSource.refuse(inHostFile);
      return source?.refuse(problems) ?? configInvalid(path, problems, () => undefined);
    },
  };
}

/** A file that is not a mapping is the wrong file, such as `/etc/shadow`; nothing of it is quoted. */
function refuseOther(path: string, { root }: ForeignYaml): void {
  if (root === 'empty' || root === 'mapping') return;
  const message = "must be a mapping of keys to values, like every agent file; use the path of the agent's file";
  throw configInvalid(path, [{ path: [], message }], () => ({ line: 1, column: 1 }));
}

function contains(source: YamlSource | null, path: Path): boolean {
  return path.reduce(member, source?.json) !== undefined;
}
