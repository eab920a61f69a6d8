import { ProblemError } from '../../client/client.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { failureOf, printFailure, type Failure } from '../host/client-errors.ts';
import { isConfirmed } from '../host/confirmation.ts';
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

/**
 * Starts agents from their files, or known agents by their ids. All are requested before the first is waited for; the
 * exit code is that of the first that failed.
 */
export function startAgents(filesOrIds: readonly string[], options: StartOptions): HostRun {
  return async (context) => {
    const isOne = filesOrIds.length === 1;
    if (!isOne && options.agentId !== undefined) {
      throw new OptionError('--agent-id is the id of one agent, but several files are given. Start them one by one.');
    }
    const outcomes: (string | Failure)[] = [];
    for (const one of filesOrIds) {
      try {
        outcomes.push(await request(context, one, options));
      } catch (error) {
        const failure = isOne ? null : failureOf(error, 'default');
        if (failure === null || !(error instanceof ProblemError)) throw error;
        outcomes.push(failure);
      }
    }
    const codes: number[] = [];
    for (const outcome of outcomes) {
      if (typeof outcome === 'string') codes.push(await untilUp(context, agentSubject(context, outcome), options));
      else {
        printFailure(context.err, outcome, context.isJson);
        codes.push(outcome.code);
      }
    }
    return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
  };
}

/** Resolves with the id of the agent when the host has accepted its start. */
function request(context: HostContext, fileOrId: string, options: StartOptions): Promise<string> {
  return accepted(options, 'coredinator agents list', (signal) =>
    isFile(fileOrId)
      ? startFromFile(context, fileOrId, { ...options, signal })
      : startKnown(context, fileOrId, { ...options, signal }),
  );
}

/** The options of a deletion. */
export interface DeleteOptions {
  readonly yes?: boolean;
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
export function deleteAgent(id: string, { yes = false }: DeleteOptions): HostRun {
  return async (context) => {
    if (!yes && !(await isConfirmed(context, await deletionOf(context, id)))) return EXIT.failed;
    return untilForgotten(context, id, context.client.deleteAgent({ id }));
  };
}

/** What a deletion would do, as a question. */
async function deletionOf({ client }: HostContext, id: string): Promise<string> {
  const { services } = await agentSnapshot(client, id);
  const own = services.filter(({ agents }) => agents.every((holder) => holder === id)).map((service) => service.id);
  const what = own.length === 0 ? '' : ` and stop and remove ${own.join(', ')}`;
  return `Delete agent ${id}${what}?`;
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
