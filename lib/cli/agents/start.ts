import { untilUp } from '../host/change.ts';
import type { HostContext, HostRun } from '../host/context.ts';
import { pathForHost } from '../host/path-for-host.ts';
import { taken } from '../host/watch.ts';
import type { WaitWords } from '../host/wait-options.ts';
import { OptionError } from '../serve/option-values.ts';
import { agentSubject } from './agent-subject.ts';

/** The options of a start. */
export interface StartWords extends WaitWords {
  readonly agentId?: string;
  readonly coreioId?: string;
}

/** Starts an agent from its file, or one that the host knows by its id. */
export function startAgent(fileOrId: string, words: StartWords): HostRun {
  return async (context) => {
    const id = await taken(words, 'coredinator agents list', (signal) =>
      isFile(fileOrId)
        ? startFromFile(context, fileOrId, { ...words, signal })
        : startKnown(context, fileOrId, { ...words, signal }),
    );
    return untilUp(context, agentSubject(context, id), words);
  };
}

/** An id has no slash, and hardly ever the ending of a file with YAML. */
function isFile(fileOrId: string): boolean {
  return /[/\\]|\.ya?ml$/i.test(fileOrId);
}

/** A start that can be cut short. */
interface Asked extends StartWords {
  readonly signal: AbortSignal;
}

function startFromFile(context: HostContext, file: string, { agentId, coreioId, signal }: Asked): Promise<string> {
  const body = { config_path: pathForHost(file, context), agent_id: agentId, coreio_id: coreioId };
  return context.client.startAgent({ body, signal });
}

async function startKnown({ client }: HostContext, id: string, { agentId, coreioId, signal }: Asked): Promise<string> {
  if (agentId !== undefined || coreioId !== undefined) {
    throw new OptionError(
      `--agent-id and --coreio-id go with a file, and "${id}" is the id of an agent; if it is a file, write "./${id}".`,
    );
  }
  await client.startKnownAgent({ id, signal });
  return id;
}
