import { untilDown, untilForgotten, untilUp, type Subject } from '../host/change.ts';
import { pathForHost, type HostContext, type HostRun } from '../host/context.ts';
import { taken } from '../host/watch.ts';
import type { WaitOptions } from '../host/host-options.ts';
import { OptionError } from '../serve/option-values.ts';
import { agentSnapshot, standing, type AgentSnapshot } from './show-agents.ts';

/** The options of a start. */
export interface StartOptions extends WaitOptions {
  readonly agentId?: string;
  readonly coreioId?: string;
}

/** Starts an agent from its file, or one that the host knows by its id. */
export function startAgent(fileOrId: string, options: StartOptions): HostRun {
  return async (context) => {
    const id = await taken(options, 'coredinator agents list', (signal) =>
      isFile(fileOrId)
        ? startFromFile(context, fileOrId, { ...options, signal })
        : startKnown(context, fileOrId, { ...options, signal }),
    );
    return untilUp(context, agentSubject(context, id), options);
  };
}

/** An id has no slash, and hardly ever the ending of a file with YAML. */
function isFile(fileOrId: string): boolean {
  return /[/\\]|\.ya?ml$/i.test(fileOrId);
}

/** A start that can be cut short. */
interface Asked extends StartOptions {
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

/** Stops an agent. */
export function stopAgent(id: string, options: WaitOptions): HostRun {
  return async (context) => {
    const subject = agentSubject(context, id);
    await taken(options, subject.moreBy, subject.fetchView); // the stop itself is content with an id that nobody knows
    return untilDown(context, subject, options, (signal) => context.client.stopAgent({ id, signal }));
  };
}

/** Ends the processes of the services that an agent alone holds, and launches them anew. */
export function restartAgent(id: string, options: WaitOptions): HostRun {
  return async (context) => {
    const subject = agentSubject(context, id);
    const { services } = await taken(options, subject.moreBy, subject.fetchView);
    const own = services.filter(({ agents }) => agents.every((holder) => holder === id));
    const before = new Map(own.map(({ id: service, generation }) => [service, generation]));
    await taken(options, subject.moreBy, (signal) => context.client.restartAgent({ id, signal }));
    // A service that others hold too goes on as it is.
    return untilUp(context, subject, options, (snapshot) =>
      snapshot.services.every((service) => service.generation > (before.get(service.id) ?? -1)),
    );
  };
}

/** Stops an agent and forgets it, with the services that it alone holds. */
export function deleteAgent(id: string): HostRun {
  return (context) => untilForgotten(context, id, context.client.deleteAgent({ id }));
}

/** An agent as something whose state changes. */
function agentSubject({ client }: HostContext, id: string): Subject<AgentSnapshot> {
  return {
    id,
    fetchView: (signal) => agentSnapshot(client, id, signal),
    standingOf: ({ agent }) => agent,
    describe: standing,
    moreBy: `coredinator agents status ${id}`,
  };
}
