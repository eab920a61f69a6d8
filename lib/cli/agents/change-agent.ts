import { untilDown, untilForgotten, untilUp, type Subject } from '../host/change.ts';
import { pathForHost, type HostContext, type HostRun } from '../host/context.ts';
import { accepted } from '../host/watch.ts';
import type { WaitOptions } from '../host/host-options.ts';
import { OptionError } from '../serve/option-values.ts';
import { agentSnapshot, describeAgent, type AgentSnapshot } from './show-agents.ts';

/** The options of a start. */
export interface StartOptions extends WaitOptions {
  readonly agentId?: string;
  readonly coreioId?: string;
}

/** Starts an agent from its file, or a known agent by its id. */
export function startAgent(fileOrId: string, options: StartOptions): HostRun {
  return async (context) => {
    const id = await accepted(options, 'coredinator agents list', (signal) =>
      isFile(fileOrId)
        ? startFromFile(context, fileOrId, { ...options, signal })
        : startKnown(context, fileOrId, { ...options, signal }),
    );
    return untilUp(context, agentSubject(context, id), options);
  };
}

/** An id has no slash and rarely ends like a YAML file. */
function isFile(fileOrId: string): boolean {
  return /[/\\]|\.ya?ml$/i.test(fileOrId);
}

/** A start that can be aborted. */
interface AbortableStart extends StartOptions {
  readonly signal: AbortSignal;
}

function startFromFile(
  context: HostContext,
  file: string,
  { agentId, coreioId, signal }: AbortableStart,
): Promise<string> {
  const body = { config_path: pathForHost(file, context), agent_id: agentId, coreio_id: coreioId };
  return context.client.startAgent({ body, signal });
}

async function startKnown(
  { client }: HostContext,
  id: string,
  { agentId, coreioId, signal }: AbortableStart,
): Promise<string> {
  if (agentId !== undefined || coreioId !== undefined) {
    throw new OptionError(
      `--agent-id and --coreio-id require a file, but "${id}" is the id of an agent. If it is a file, write "./${id}".`,
    );
  }
  await client.startKnownAgent({ id, signal });
  return id;
}

/** Stops an agent. */
export function stopAgent(id: string, options: WaitOptions): HostRun {
  return async (context) => {
    const subject = agentSubject(context, id);
    await accepted(options, subject.detailsCommand, subject.fetchView); // the stop itself also succeeds for unknown ids
    return untilDown(context, subject, options, (signal) => context.client.stopAgent({ id, signal }));
  };
}

/** Stops the processes of the services that only this agent holds, and launches them again. */
export function restartAgent(id: string, options: WaitOptions): HostRun {
  return async (context) => {
    const subject = agentSubject(context, id);
    const { services } = await accepted(options, subject.detailsCommand, subject.fetchView);
    const own = services.filter(({ agents }) => agents.every((holder) => holder === id));
    const before = new Map(own.map(({ id: service, generation }) => [service, generation]));
    await accepted(options, subject.detailsCommand, (signal) => context.client.restartAgent({ id, signal }));
    // Services with other holders are not restarted.
    return untilUp(context, subject, options, (snapshot) =>
      snapshot.services.every((service) => service.generation > (before.get(service.id) ?? -1)),
    );
  };
}

/** Stops and deletes an agent, with the services that only it holds. */
export function deleteAgent(id: string): HostRun {
  return (context) => untilForgotten(context, id, context.client.deleteAgent({ id }));
}

/** An agent as a subject of commands. */
function agentSubject({ client }: HostContext, id: string): Subject<AgentSnapshot> {
  return {
    id,
    fetchView: (signal) => agentSnapshot(client, id, signal),
    stateOf: ({ agent }) => agent,
    describe: describeAgent,
    detailsCommand: `coredinator agents status ${id}`,
  };
}
