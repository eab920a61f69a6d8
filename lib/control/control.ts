import type { AnyActorRef } from 'xstate';
import type { ExplainView } from '../api/schemas/explain.ts';
import type { FeedBatch, FeedQuery } from '../model/feed.ts';
import type { AgentId } from '../model/values/ids.ts';
import type { JournalQuery } from '../model/journal.ts';
import type { LogItem, LogPolicy, LogQuery } from '../model/values/log-line.ts';
import type { SupposedExit } from '../model/explain/supposed-exit.ts';
import type { AgentStatusView, AgentView, IoView } from '../api/schemas/agent.ts';
import type { EventView } from '../api/schemas/event.ts';
import type { HealthView, ReloadView } from '../api/schemas/host.ts';
import type { AgentHistoryView, ServiceHistoryView } from '../api/schemas/history.ts';
import type { ServiceView } from '../api/schemas/service.ts';
import type { UsageView } from '../api/schemas/usage.ts';
import type { Precondition } from '../model/values/precondition.ts';
import type { Begun, KeptAnswer, IdempotencyClaim } from '../model/idempotency.ts';
import type { ServiceGraph } from '../model/policy/service-graph.ts';
import type { SendableSignal } from '../model/values/signals.ts';
import type { Millis } from '../model/values/time.ts';
import type { MeasuredHost } from '../ports/meter.ts';
import type { AgentRequest } from '../ports/spec-source.ts';

/** Where a command comes from. */
export interface CommandOrigin {
  /** On every event that it causes. */
  readonly correlationId: string;
  /** Of a command with an idempotency key: it is accepted in one transaction with its idempotency record. */
  readonly claim?: IdempotencyClaim;
}

/** That the answer waits for a state. */
export interface Wait {
  readonly until: 'running' | 'ready' | 'stopped';
  readonly timeoutMs: Millis;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone?: AbortSignal;
}

/** How a host leaves: with or without its services. */
export type ExitMode = 'detach' | 'drain';

/** An agent to be created. */
export interface AgentDefinition extends AgentRequest {
  readonly agentId: AgentId;
  /** Whether it is to run as well. */
  readonly isStarted: boolean;
}

/** Everything that can be asked of a host; the answers come from memory where nothing else is said. */
export interface Queries {
  /** In the order of first start. */
  agentIds(): readonly AgentId[];
  /** Never refuses: an unknown agent is `stopped` without a config path. */
  agentStatus(id: string): AgentStatusView;
  /** Throws AgentNotFoundError. */
  agent(id: string): AgentView;
  /** In the order of first start. */
  agents(): readonly AgentView[];
  /** The revision of its definition and its intention. Throws AgentNotFoundError. */
  agentRevision(id: string): string;
  services(): readonly ServiceView[];
  /** Which service waits for which: of an agent with all that its services wait for, of null of all. */
  serviceGraph(agentId: string | null): ServiceGraph;
  /** Throws ServiceNotFoundError. */
  service(id: string): ServiceView;
  /**
   * Why a service is as it is, what happens next, and with `ifExit` what would follow if its process ended so now. The causes come
   * from the journal. Throws ServiceNotFoundError.
   */
  explain(id: string, ifExit?: SupposedExit): Promise<ExplainView>;
  /** Throws ServiceNotFoundError. */
  io(id: string): IoView;
  ioServices(): readonly IoView[];
  /** From the journal, so also of one that was deleted. Throws ServiceNotFoundError when there is neither a service nor a past. */
  serviceHistory(id: string, query: HistoryQuery): Promise<ServiceHistoryView>;
  /** The same of an agent. Throws AgentNotFoundError. */
  agentHistory(id: string, query: HistoryQuery): Promise<AgentHistoryView>;
  /** `next` is the `after` of the following page, null at the end. */
  history(query: JournalQuery): Promise<{ readonly events: readonly EventView[]; readonly next: number | null }>;
  /**
   * What happens, from where the query says and then as it comes; the first batch says at once where that is. Ends when the
   * signal is aborted or the host leaves. Throws StoreUnavailableError between batches.
   */
  feed(query: FeedQuery, signal: AbortSignal): AsyncIterable<FeedBatch>;
  /**
   * The output of a service in batches (ServiceLogs.read); with a signal it goes on until that is aborted or the host leaves
   * (ServiceLogs.follow). Throws ServiceNotFoundError.
   */
  logs(id: string, query: Omit<LogQuery, 'serviceId'>, follow?: AbortSignal): AsyncIterable<readonly LogItem[]>;
  /** What the process trees and the host use now; reads the processes of this machine, at most once a second. */
  usage(): Promise<UsageView>;
  health(): HealthView;
  /** Why commands cannot be carried out now, in sentences; empty when they can, also on a host that is degraded otherwise. */
  obstacles(): readonly string[];
}

/**
 * Everything the outside can do with a host: commands, which are durable when they resolve, and queries. Refusals are the errors of
 * `model/errors.ts`.
 */
export interface Control {
  readonly queries: Queries;
  /**
   * Starts an agent, or does nothing if it is up with the same config file. Resolves when the intention is durable; with a wait, as all
   * commands that take one, when the state is reached: then it throws WaitTimeoutError, WaitFailedError.
   */
  startAgent(request: AgentRequest, origin: CommandOrigin, wait?: Wait): Promise<AgentId>;
  /** The same with the file that the agent has. Throws AgentNotFoundError. */
  startKnownAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<AgentView>;
  /** Throws AgentConflictError when it is up with another definition, PreconditionFailedError. */
  defineAgent(
    definition: AgentDefinition,
    precondition: Precondition,
    origin: CommandOrigin,
  ): Promise<{ readonly isNew: boolean; readonly agent: AgentView }>;
  /** Launches all services that it alone holds anew; one that is down starts. Throws AgentNotFoundError. */
  restartAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<AgentView>;
  /** Stops an agent and forgets it, with all that it alone holds. Throws AgentNotFoundError, PreconditionFailedError. */
  deleteAgent(id: string, precondition: Precondition, origin: CommandOrigin): Promise<void>;
  /** Resolves when the agent's processes are gone; for an unknown or stopped agent at once. */
  stopAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<void>;
  /** Lets a held service run, at once. Throws ServiceNotFoundError, ServiceUnheldError. */
  startService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView>;
  /** Ends the process of a held service and launches it anew. Throws as {@link startService}. */
  restartService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView>;
  /** Stops one service by hand, until it or an agent that holds it is started. Resolves when its processes are gone. */
  stopService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView>;
  /** Sends a signal to the process group of a service. Throws ServiceNotFoundError, ServiceNotAliveError. */
  signalService(id: string, signal: SendableSignal, origin: CommandOrigin): Promise<ServiceView>;
  /** Forgets a service that nobody speaks of, or lets go of a shared coreio. Throws ServiceNotFoundError, ServiceHeldError. */
  deleteService(id: string, origin: CommandOrigin): Promise<void>;
  /** Reads every configuration file anew; a dry run only says what that would change. Throws ConfigInvalidError, ConfigUnreadableError, PreconditionFailedError. */
  reload(isDryRun: boolean, origin: CommandOrigin, precondition?: Precondition): Promise<ReloadView>;
  startIo(request: { readonly configPath: string; readonly coreioId?: string }, origin: CommandOrigin): Promise<IoView>;
  /** Lets go of a shared coreio; it ends (and is forgotten) when no agent holds it. Throws ServiceNotFoundError. */
  stopIo(id: string, origin: CommandOrigin): Promise<IoView>;
  /** Begins a request with an idempotency key. Throws IdempotencyKeyReusedError, IdempotencyKeyInFlightError. */
  beginOnce(key: string, fingerprint: string): Promise<Begun>;
  /** Ends it: with the answer if it went well, else with null. Never rejects. */
  endOnce(claim: IdempotencyClaim, answer: KeptAnswer | null): Promise<void>;
  /** Asks the host to leave, by default as it would on a signal; gives how. Throws HostClosingError. */
  shutdown(mode: ExitMode | null, origin: CommandOrigin): ExitMode;
}

/** A control with the way to end it. */
export interface OpenControl extends Control {
  /** The root of the actor system, for those who watch it. */
  readonly root: AnyActorRef;
  /** The host as it is measured. */
  measured(): MeasuredHost;
  /** How much output of each known service is to be kept. */
  logPolicies(): readonly LogPolicy[];
  /** Writes down that a bug nobody caught ends the host. */
  crashed(error: Error): Promise<void>;
  /** Resolves when somebody asks the host to leave. */
  readonly shutdownAsked: Promise<ExitMode>;
  /** Refuses commands from now on, takes the services down if asked to, writes everything, and stops the actors. */
  close(mode: ExitMode): Promise<void>;
}

/** Which part of it. */
export type HistoryQuery = Pick<JournalQuery, 'after' | 'before' | 'order' | 'limit' | 'since'>;
