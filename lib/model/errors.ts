import { inWords } from './states.ts';

/**
 * Every refusal a client can meet, one class each. `code` is what outer rooms map (http/ has the one table from code to
 * status); the message is a sentence that names the offending thing and, where there is one, what to do.
 */
export type ErrorCode =
  | 'invalid_id'
  | 'agent_not_found'
  | 'service_not_found'
  | 'machine_not_found'
  | 'config_unreadable'
  | 'config_invalid'
  | 'config_outside_root'
  | 'agent_conflict'
  | 'service_conflict'
  | 'service_unheld'
  | 'store_unavailable'
  | 'host_closing'
  | 'actor_set_aside'
  | 'service_held'
  | 'service_not_alive'
  | 'wait_timeout'
  | 'wait_failed'
  | 'precondition_failed'
  | 'idempotency_key_reused'
  | 'idempotency_key_in_flight';

/** One place in a document or request that is wrong. `line` and `column` count from 1. */
export interface FieldIssue {
  readonly path: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** Base of all refusals; never thrown itself. */
export abstract class CoredinatorError extends Error {
  abstract readonly code: ErrorCode;
  /** Field problems, for `errors[]` of a problem document; empty for most refusals. */
  readonly issues: readonly FieldIssue[] = [];

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An id that does not match `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`. */
export class InvalidIdError extends CoredinatorError {
  readonly code = 'invalid_id';
}

/** No agent of that id is known. */
export class AgentNotFoundError extends CoredinatorError {
  readonly code = 'agent_not_found';

  constructor(id: string) {
    super(`Agent "${id}" not found. GET /api/agents/ lists all agents.`);
  }
}

/** The host runs no statechart of that name. */
export class MachineNotFoundError extends CoredinatorError {
  readonly code = 'machine_not_found';

  constructor(name: string, known: readonly string[]) {
    super(`Statechart "${name}" not found. Use one of: ${known.join(', ')}.`);
  }
}

/** No service of that id is known. */
export class ServiceNotFoundError extends CoredinatorError {
  readonly code = 'service_not_found';

  constructor(id: string) {
    super(`Service "${id}" not found. GET /api/services lists all services.`);
  }
}

/** A config file that is missing, is not a file, or cannot be read. */
export class ConfigUnreadableError extends CoredinatorError {
  readonly code = 'config_unreadable';
}

/** A config file that is not YAML or does not fit the schema; `issues` names each place. */
export class ConfigInvalidError extends CoredinatorError {
  readonly code = 'config_invalid';
  override readonly issues: readonly FieldIssue[];

  constructor(message: string, issues: readonly FieldIssue[], options?: ErrorOptions) {
    super(message, options);
    this.issues = issues;
  }
}

/** A config file that leads out of the folder in which this host takes them. */
export class ConfigOutsideRootError extends CoredinatorError {
  readonly code = 'config_outside_root';

  constructor(path: string, root: string) {
    super(
      `The configuration file "${path}" is outside "${root}", the only folder that this host accepts. Move it there.`,
    );
  }
}

/** The agent is up with another config file. */
export class AgentConflictError extends CoredinatorError {
  readonly code = 'agent_conflict';
}

/** The service id is taken by a service of another kind or owner. */
export class ServiceConflictError extends CoredinatorError {
  readonly code = 'service_conflict';
}

/** Nobody wants the service to run, so it cannot be started by itself. */
export class ServiceUnheldError extends CoredinatorError {
  readonly code = 'service_unheld';

  constructor(id: string, agentId: string | null) {
    const remedy = agentId === null ? 'start an agent that holds it' : `start its agent "${agentId}"`;
    super(`No agent holds the service "${id}"; ${remedy}.`);
  }
}

/** The store cannot make a command durable, so the command was not carried out. */
export class StoreUnavailableError extends CoredinatorError {
  readonly code = 'store_unavailable';
}

/** The host is shutting down: it takes no more commands, or has kept this one for the next host. */
export class HostClosingError extends CoredinatorError {
  readonly code = 'host_closing';

  constructor({ isKept }: { readonly isKept: boolean } = { isKept: false }) {
    super(
      isKept
        ? 'The host is shutting down. The command is saved and runs after the restart. Check its status then.'
        : 'The host is shutting down and accepts no more commands. Retry after the restart.',
    );
  }
}

/** A bug broke the actor again and again while it carried out a command. */
export class ActorSetAsideError extends CoredinatorError {
  readonly code = 'actor_set_aside';

  constructor(actorId: string) {
    const [what = 'actor', id = ''] = actorId.split(':');
    super(
      `The ${what} "${id}" failed repeatedly while it was being stopped and is quarantined. Its processes may still run. ` +
        "Stop it again, and report the error in the host's log.",
    );
  }
}

/** The service cannot be forgotten: the configuration, or an agent, speaks of it. */
export class ServiceHeldError extends CoredinatorError {
  readonly code = 'service_held';

  constructor(id: string, agentIds: readonly string[]) {
    const names = agentIds.map((agentId) => `"${agentId}"`).join(', ');
    super(
      agentIds.length === 0
        ? `The service "${id}" is a host service of the configuration. Remove it from the file and reload the configuration.`
        : `The service "${id}" belongs to ${agentIds.length === 1 ? 'the agent' : 'the agents'} ${names}. Delete ${agentIds.length === 1 ? 'it' : 'them'} first, or stop the service instead.`,
    );
  }
}

/** There is no process that a signal could be sent to. */
export class ServiceNotAliveError extends CoredinatorError {
  readonly code = 'service_not_alive';

  constructor(id: string, state: string) {
    super(`The service "${id}" has no process (it is ${inWords(state)}), so no signal was sent. Start it first.`);
  }
}

/** The state that a caller waits for was not reached in time; the command stays accepted. */
export class WaitTimeoutError extends CoredinatorError {
  readonly code = 'wait_timeout';
}

/** The state that a caller waits for will not be reached without another command. */
export class WaitFailedError extends CoredinatorError {
  readonly code = 'wait_failed';
}

/** What the caller has looked at is not what is there now. */
export class PreconditionFailedError extends CoredinatorError {
  readonly code = 'precondition_failed';
}

/** The idempotency key came with another request before. */
export class IdempotencyKeyReusedError extends CoredinatorError {
  readonly code = 'idempotency_key_reused';

  constructor(key: string) {
    super(`The Idempotency-Key "${key}" was already used for another request. Use a new key.`);
  }
}

/** The first request with that idempotency key is not answered yet. */
export class IdempotencyKeyInFlightError extends CoredinatorError {
  readonly code = 'idempotency_key_in_flight';

  constructor(key: string) {
    super(`A request with the Idempotency-Key "${key}" is in progress. Retry when it has been answered.`);
  }
}
