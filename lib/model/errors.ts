import { inWords } from './states.ts';

/**
 * Every error a client can get, one class each. `code` is what the outer layers map to a status (in one table in
 * http/). The message is a sentence that names the offending thing and, where possible, says what to do.
 */
export type ErrorCode =
  | 'invalid_id'
  | 'agent_not_found'
  | 'service_not_found'
  | 'machine_not_found'
  | 'webhook_not_found'
  | 'webhook_not_muted'
  | 'config_unreadable'
  | 'config_invalid'
  | 'config_outside_root'
  | 'revision_not_found'
  | 'revisions_unrelated'
  | 'version_not_found'
  | 'agent_conflict'
  | 'service_conflict'
  | 'service_unheld'
  | 'store_unavailable'
  | 'host_closing'
  | 'actor_set_aside'
  | 'service_held'
  | 'service_not_alive'
  | 'service_not_failing'
  | 'wait_timeout'
  | 'wait_failed'
  | 'precondition_failed'
  | 'idempotency_key_reused'
  | 'idempotency_key_in_flight';

/** One invalid place in a document or request. `line` and `column` are 1-based. */
export interface FieldIssue {
  readonly path: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** Base class of all these errors. */
export abstract class CoredinatorError extends Error {
  abstract readonly code: ErrorCode;
  /** For `errors[]` of a problem document; empty for most errors. */
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

/** No agent has this id. */
export class AgentNotFoundError extends CoredinatorError {
  readonly code = 'agent_not_found';

  constructor(id: string) {
    super(`Agent "${id}" not found. GET /api/agents/ lists all agents.`);
  }
}

/** The host has no statechart with this name. */
export class MachineNotFoundError extends CoredinatorError {
  readonly code = 'machine_not_found';

  constructor(name: string, known: readonly string[]) {
    super(`Statechart "${name}" not found. Use one of: ${known.join(', ')}.`);
  }
}

/** No webhook with this name is configured. */
export class WebhookNotFoundError extends CoredinatorError {
  readonly code = 'webhook_not_found';

  constructor(name: string, known: readonly string[]) {
    const remedy = known.length === 0 ? 'The configuration of this host has none.' : `Use one of: ${known.join(', ')}.`;
    super(`Webhook "${name}" not found. ${remedy}`);
  }
}

/** There is no mute to end. */
export class WebhookNotMutedError extends CoredinatorError {
  readonly code = 'webhook_not_muted';

  constructor(name: string, agentId: string | null) {
    const what = agentId === null ? 'is not muted as a whole' : `is not muted for agent "${agentId}"`;
    super(`Webhook "${name}" ${what}. GET /api/webhooks lists the mutes in effect.`);
  }
}

/** No service has this id, or none of the wanted kind. */
export class ServiceNotFoundError extends CoredinatorError {
  readonly code = 'service_not_found';

  /** `other service`: a shared coreio is wanted, and there is a service of that id that is none. */
  constructor(id: string, wanted: 'service' | 'shared coreio' | 'other service' = 'service') {
    const sentences = {
      service: 'GET /api/services lists all services.',
      'shared coreio': 'GET /api/io/ lists all that agents can share.',
      'other service': `GET /api/io/ lists all that agents can share. "${id}" is another service: POST /api/services/${id}/stop stops it.`,
    };
    super(`${wanted === 'service' ? 'Service' : 'Shared coreio'} "${id}" not found. ${sentences[wanted]}`);
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

/** A config file outside the folder that this host reads agent configurations from. */
export class ConfigOutsideRootError extends CoredinatorError {
  readonly code = 'config_outside_root';

  constructor(path: string, root: string) {
    super(
      `The configuration file "${path}" is outside "${root}", the only folder that this host accepts. Move it there.`,
    );
  }
}

/** No configuration with this number is stored. */
export class RevisionNotFoundError extends CoredinatorError {
  readonly code = 'revision_not_found';

  constructor(what: string) {
    super(`Configuration revision ${what} not found. GET /api/config/revisions lists those that are stored.`);
  }
}

/** There is no executable of the wanted version. */
export class VersionNotFoundError extends CoredinatorError {
  readonly code = 'version_not_found';

  constructor({
    id,
    executable,
    wanted,
    available,
  }: {
    readonly id: string;
    readonly executable: string;
    readonly wanted: string;
    readonly available: readonly string[];
  }) {
    const found =
      available.length === 0
        ? 'No file of it has a version in its name'
        : `The versions of it are ${available.slice(0, 10).join(', ')}${available.length > 10 ? ', and older ones' : ''}`;
    super(
      `Version ${wanted} of executable "${executable}" not found, so service "${id}" cannot be pinned to it. ${found}.`,
    );
  }
}

/** Two revisions of different subjects cannot be compared. */
export class RevisionsUnrelatedError extends CoredinatorError {
  readonly code = 'revisions_unrelated';

  constructor(one: string, other: string) {
    super(`Revision ${one}, but revision ${other}. Choose two revisions of the same subject.`);
  }
}

/** The agent is already started with another definition. */
export class AgentConflictError extends CoredinatorError {
  readonly code = 'agent_conflict';
}

/** The service id is already used by a service of another kind or owner. */
export class ServiceConflictError extends CoredinatorError {
  readonly code = 'service_conflict';
}

/** The service has no holder, so it cannot be started. */
export class ServiceUnheldError extends CoredinatorError {
  readonly code = 'service_unheld';

  constructor(id: string, agentId: string | null) {
    const remedy = agentId === null ? 'Start an agent that uses it' : `Start its agent "${agentId}"`;
    super(`Service "${id}" has no holder, so it cannot be started. ${remedy}.`);
  }
}

/** Only the process of the service is known, so it cannot be started. */
export class OrphanServiceError extends CoredinatorError {
  readonly code = 'service_unheld';

  constructor(id: string) {
    super(
      `Service "${id}" is an orphan: its process is known, but not how to start it. ` +
        'Start the agent or configure the host service that it belongs to, or stop it.',
    );
  }
}

/** The store cannot save a command, so the command was not carried out. */
export class StoreUnavailableError extends CoredinatorError {
  readonly code = 'store_unavailable';
}

/** The host is shutting down: it accepts no commands, or has saved this one for the next host. */
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

/** A bug crashed the actor repeatedly while it carried out a command. */
export class ActorSetAsideError extends CoredinatorError {
  readonly code = 'actor_set_aside';

  constructor(actorId: string) {
    const [what = 'actor', id = ''] = actorId.split(':');
    super(
      `The actor of ${what} "${id}" crashed repeatedly while stopping and was quarantined. Its processes may still be running. ` +
        "Stop it again, and report the error in the host's log.",
    );
  }
}

/** The service cannot be deleted: it is configured, or an agent holds it. */
export class ServiceHeldError extends CoredinatorError {
  readonly code = 'service_held';

  constructor(id: string, agentIds: readonly string[]) {
    const names = agentIds.map((agentId) => `"${agentId}"`).join(', ');
    super(
      agentIds.length === 0
        ? `Service "${id}" is a host service. Remove it from the configuration file and reload the configuration.`
        : `Service "${id}" belongs to ${agentIds.length === 1 ? 'agent' : 'agents'} ${names}. Delete ${agentIds.length === 1 ? 'that agent' : 'those agents'} first, or stop the service instead.`,
    );
  }
}

/** The shared coreio cannot be stopped: agents hold it. */
export class CoreioHeldError extends CoredinatorError {
  readonly code = 'service_held';

  constructor(id: string, agentIds: readonly string[]) {
    const names = agentIds.map((agentId) => `"${agentId}"`).join(', ');
    super(
      `Coreio "${id}" is held by ${agentIds.length === 1 ? 'agent' : 'agents'} ${names}. Stop ${agentIds.length === 1 ? 'that agent' : 'those agents'} first.`,
    );
  }
}

/** There is no process to send a signal to. */
export class ServiceNotAliveError extends CoredinatorError {
  readonly code = 'service_not_alive';

  constructor(id: string, state: string) {
    super(`Service "${id}" has no process (it is ${inWords(state)}), so no signal was sent. Start it first.`);
  }
}

/** There is no failure to acknowledge. */
export class ServiceNotFailingError extends CoredinatorError {
  readonly code = 'service_not_failing';

  constructor(id: string, state: string) {
    super(
      `Service "${id}" is ${inWords(state)}, so there is no failure to acknowledge. ` +
        'A service that is in backoff or failed can be acknowledged; its history lists earlier failures.',
    );
  }
}

/** The state that the caller waits for was not reached in time; the command stays in effect. */
export class WaitTimeoutError extends CoredinatorError {
  readonly code = 'wait_timeout';
}

/** The state that the caller waits for cannot be reached without another command. */
export class WaitFailedError extends CoredinatorError {
  readonly code = 'wait_failed';
}

/** The resource has changed since the caller last read it. */
export class PreconditionFailedError extends CoredinatorError {
  readonly code = 'precondition_failed';
}

/** The idempotency key was already used for a different request. */
export class IdempotencyKeyReusedError extends CoredinatorError {
  readonly code = 'idempotency_key_reused';

  constructor(key: string) {
    super(`The Idempotency-Key "${key}" was already used for a different request. Use a new key.`);
  }
}

/** The first request with this idempotency key has not been answered yet. */
export class IdempotencyKeyInFlightError extends CoredinatorError {
  readonly code = 'idempotency_key_in_flight';

  constructor(key: string) {
    super(`A request with the Idempotency-Key "${key}" is still in progress. Retry once it has been answered.`);
  }
}
