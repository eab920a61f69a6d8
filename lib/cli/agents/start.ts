import { untilUp } from '../host/change.ts';
import type { HostContext, HostRun } from '../host/context.ts';
import { pathForHost } from '../host/path-for-host.ts';
import type { WaitWords } from '../host/watch.ts';
import { OptionError } from '../option-paths.ts';
import { agentSubject } from './agent-subject.ts';

/** The options of a start. */
export interface StartWords extends WaitWords {
  readonly agentId?: string;
  readonly coreioId?: string;
}

/** Starts an agent from its file, or one that the host knows by its id. */
export function startAgent(fileOrId: string, words: StartWords): HostRun {
  return async (context) => {
    const known = isFile(fileOrId) ? null : await knownAgent(context, fileOrId, words);
    const id = await context.client.startAgent({
      body: {
        config_path: known?.configPath ?? pathForHost(fileOrId, context),
        agent_id: known?.id ?? words.agentId,
        coreio_id: words.coreioId,
      },
    });
    return untilUp(context, agentSubject(context, id), words);
  };
}

/** An id has no slash, and hardly ever the ending of a file with YAML. */
function isFile(fileOrId: string): boolean {
  return /[/\\]|\.ya?ml$/i.test(fileOrId);
}

async function knownAgent(
  { client }: HostContext,
  id: string,
  { agentId }: StartWords,
): Promise<{ readonly id: string; readonly configPath: string }> {
  if (agentId !== undefined) throw new OptionError(`--agent-id: goes with a file; write "./${id}" if that is one.`);
  const agent = await client.getAgent({ id });
  if (agent.config_path === null) throw new OptionError(`The host knows no file of the agent "${id}"; give the file.`);
  return { id, configPath: agent.config_path };
}
