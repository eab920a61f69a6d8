import type { AnyActorRef } from 'xstate';
import type { ExplainView } from '../api/schemas/explain.ts';
import type { ConfigSubject } from '../model/configuration/applied.ts';
import type { FeedBatch, FeedQuery } from '../model/feed.ts';
import type { CommandSource } from '../model/command-source.ts';
import type { AgentId, ServiceId } from '../model/values/ids.ts';
import type { JournalQuery } from '../model/journal.ts';
import type { LogBatch, LogBounds, LogFindings, LogQuery, LogSearch } from '../model/values/log-line.ts';
import type { SupposedExit } from '../model/explain/supposed-exit.ts';
import type { AgentCheckView, AgentStatusView, AgentView, IoView } from '../api/schemas/agent.ts';
import type { DescribedEventView } from '../api/schemas/event.ts';
import type { ConfigDiffView, ConfigRevisionPageView, ConfigurationView, ReloadView } from '../api/schemas/config.ts';
import type { HealthView } from '../api/schemas/host.ts';
import type { AgentHistoryView, ServiceHistoryView } from '../api/schemas/history.ts';
import type { LaunchPageView } from '../api/schemas/launch.ts';
import type { ServiceView } from '../api/schemas/service.ts';
import type { TimelineView } from '../api/schemas/timeline.ts';
import type { VersionChangeView, VersionsView } from '../api/schemas/version.ts';
import type { WebhookView } from '../api/schemas/webhook.ts';
import type { UsageHistoryView, UsageView } from '../api/schemas/usage.ts';
import type { Precondition } from '../model/values/precondition.ts';
import type { Begun, KeptAnswer, IdempotencyClaim } from '../model/idempotency.ts';
import type { ServiceGraph } from '../model/policy/service-graph.ts';
import type { SendableSignal } from '../model/values/signals.ts';
import type { Instant, Millis } from '../model/values/time.ts';
import type { RevisionFilter } from '../ports/actor-store.ts';
import type { MeasuredHost } from '../ports/meter.ts';
import type { AgentRequest } from '../ports/spec-source.ts';

/** The origin of a command. */
export interface CommandOrigin {
  /** Put on every event that it causes. */
  readonly correlationId: string;
  /** Absent: no client gave it. */
  readonly source?: CommandSource;
  /** Of the event that records it; default: `command`. `host`: the host does it on its own. */
  readonly cause?: 'command' | 'host';
  /** For a command with an idempotency key: both are accepted in one transaction. */
  readonly claim?: IdempotencyClaim;
}

/** A wait for a state before the response. */
export interface Wait {
  readonly until: 'running' | 'ready' | 'stopped';
  readonly timeoutMs: Millis;
  /** Aborted when the client no longer waits for the response. */
  readonly gone?: AbortSignal;
}

/** How a host shuts down: leaving its services running, or stopping them. */
export type ExitMode = 'detach' | 'drain';

/** An agent to be created. */
export interface AgentDefinition extends AgentRequest {
  readonly agentId: AgentId;
  /** Whether it is also started. */
  readonly isStarted: boolean;
}

/** The version that somebody wants a service to run. */
export interface WantedVersion {
  /** Null: the one that its configuration asks for. */
  readonly version: string | null;
  /** It is only said what would change. */
  readonly isDryRun: boolean;
}

/** Which events a webhook holds back. */
export interface MuteRequest {
  /** Null: all. */
  readonly agentId: string | null;
  readonly until: Instant;
  readonly note: string | null;
}

/** All queries of a host; answered from memory unless stated otherwise. */
export interface Queries {
  /** In the order of first start. */
  agentIds(): readonly AgentId[];
  /** Never throws: an unknown agent is `stopped` without a config path. */
  agentStatus(id: string): AgentStatusView;
  /** Throws AgentNotFoundError. */
  agent(id: string): AgentView;
  /** In the order of first start. */
  agents(): readonly AgentView[];
  /**
   * What a start would do, from the current files; changes nothing. Throws like the start, except for an agent that is up.
   */
  checkAgent(request: AgentRequest): Promise<AgentCheckView>;
  /** The revision of its definition and its intention. Throws AgentNotFoundError. */
  agentRevision(id: string): string;
  services(): readonly ServiceView[];
  /**
   * Which service waits for which: for an agent, including all dependencies of its services; null: for all services.
   */
  serviceGraph(agentId: string | null): ServiceGraph;
  /** Throws ServiceNotFoundError. */
  service(id: string): ServiceView;
  /** The same, with the last words of its last exit. */
  serviceInFull(id: string): Promise<ServiceView>;
  /**
   * Why a service is in its state, what happens next, and with `ifExit` what would follow if its process exited like
   * this now. The causes come from the journal. Throws ServiceNotFoundError.
   */
  explain(id: string, ifExit?: SupposedExit): Promise<ExplainView>;
  /** The versions that there are for a service. Throws ServiceNotFoundError, OrphanServiceError. */
  versions(id: string): Promise<VersionsView>;
  /** Throws ServiceNotFoundError. */
  io(id: string): IoView;
  ioServices(): readonly IoView[];
  /**
   * From the journal, so deleted services are included. Throws ServiceNotFoundError if there is neither a service nor a
   * history.
   */
  serviceHistory(id: string, query: HistoryQuery): Promise<ServiceHistoryView>;
  /**
   * The launches of a service, newest first, from the ledger, so those of deleted services are included. Throws
   * ServiceNotFoundError if there is neither a service nor a launch.
   */
  launches(id: ServiceId, query: LaunchQuery): Promise<LaunchPageView>;
  /** The same for an agent. Throws AgentNotFoundError. */
  agentHistory(id: string, query: HistoryQuery): Promise<AgentHistoryView>;
  /** `next` is the `after` of the following page, null at the end. */
  history(
    query: JournalQuery,
  ): Promise<{ readonly events: readonly DescribedEventView[]; readonly next: number | null }>;
  /**
   * The events from the query's starting point on, and new ones as they come; the first batch has the position
   * immediately. Ends when the signal is aborted or the host shuts down. Throws StoreUnavailableError between batches.
   */
  feed(query: FeedQuery, signal: AbortSignal): AsyncIterable<FeedBatch>;
  /**
   * The output of services by time (ServiceLogs.merge). With a signal it continues until that is aborted or the host
   * shuts down. Throws ServiceNotFoundError.
   */
  logs(queries: readonly LogQuery[], follow?: AbortSignal): AsyncIterable<LogBatch>;
  /** Searches the output of a service; see ServiceLogs.search. */
  searchLogs(query: LogQuery, search: LogSearch, signal: AbortSignal): Promise<LogFindings>;
  /**
   * The current resource usage of the process trees and the host; reads the processes of this machine at most once a
   * second.
   */
  usage(): Promise<UsageView>;
  /** The states of services and the health of the host over time, from the journal. */
  timeline(query: TimelineQuery): Promise<TimelineView>;
  /** The samples of a service of the last day, from the store. Throws ServiceNotFoundError. */
  serviceUsage(id: string, since: Instant, until: Instant): Promise<UsageHistoryView>;
  health(): HealthView;
  /** The configurations that were applied, newest first. Throws StoreUnavailableError. */
  configRevisions(query: RevisionQuery): Promise<ConfigRevisionPageView>;
  /** One of them with its content. Throws RevisionNotFoundError, StoreUnavailableError. */
  configRevision(number: number): Promise<ConfigurationView>;
  /**
   * What differs between applied configurations. Throws RevisionNotFoundError, RevisionsUnrelatedError,
   * StoreUnavailableError.
   */
  configDiff(query: DiffQuery): Promise<ConfigDiffView>;
  /** In the order of the configuration. */
  webhooks(): readonly WebhookView[];
  /** Throws WebhookNotFoundError. */
  webhook(name: string): WebhookView;
  /**
   * Why commands cannot be carried out now, in sentences; empty if they can, even if the host is degraded for other
   * reasons.
   */
  obstacles(): readonly string[];
}

/**
 * The interface of a host: commands, which are durable when they resolve, and queries. They throw the errors of
 * `model/errors.ts`.
 */
export interface Control {
  readonly queries: Queries;
  /**
   * Starts an agent, or does nothing if it is up with the same config file. Resolves when the intention is durable.
   * Like every command that takes a wait, with one it resolves when the state is reached, and throws WaitTimeoutError
   * or WaitFailedError.
   */
  startAgent(request: AgentRequest, origin: CommandOrigin, wait?: Wait): Promise<AgentId>;
  /** The same with the agent's own file. Throws AgentNotFoundError. */
  startKnownAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<AgentView>;
  /** Throws AgentConflictError if it is already started with another definition, PreconditionFailedError. */
  defineAgent(
    definition: AgentDefinition,
    precondition: Precondition,
    origin: CommandOrigin,
  ): Promise<{ readonly isNew: boolean; readonly agent: AgentView }>;
  /** Restarts all services that only this agent holds; stopped ones start. Throws AgentNotFoundError. */
  restartAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<AgentView>;
  /**
   * Stops and deletes an agent with everything that only it holds. Throws AgentNotFoundError, PreconditionFailedError.
   */
  deleteAgent(id: string, precondition: Precondition, origin: CommandOrigin): Promise<void>;
  /** Resolves when the agent's processes are gone; immediately for an unknown or stopped agent. */
  stopAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<void>;
  /** Starts a held service immediately. Throws ServiceNotFoundError, ServiceUnheldError. */
  startService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView>;
  /** Stops the process of a held service and launches it again. Throws like {@link startService}. */
  restartService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView>;
  /** Stops a single service until it or an agent that holds it is started. Resolves when its processes are gone. */
  stopService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView>;
  /** Sends a signal to the process group of a service. Throws ServiceNotFoundError, ServiceNotAliveError. */
  signalService(id: string, signal: SendableSignal, origin: CommandOrigin): Promise<ServiceView>;
  /**
   * Records that somebody has seen the failure that a service is in. Throws ServiceNotFoundError,
   * ServiceNotFailingError.
   */
  acknowledgeService(id: string, note: string | null, origin: CommandOrigin): Promise<ServiceView>;
  /**
   * Pins a service to a version of its executable, or unpins it (null); a dry run only says what would change. Throws
   * ServiceNotFoundError, OrphanServiceError, VersionNotFoundError.
   */
  pinVersion(id: string, wanted: WantedVersion, origin: CommandOrigin): Promise<VersionChangeView>;
  /**
   * Removes a service that nothing references, or releases a shared coreio. Throws ServiceNotFoundError,
   * ServiceHeldError.
   */
  deleteService(id: string, origin: CommandOrigin): Promise<void>;
  /**
   * Rereads every configuration file and applies the changes; a dry run only reports them. Throws ConfigInvalidError,
   * ConfigUnreadableError, PreconditionFailedError.
   */
  reload(isDryRun: boolean, origin: CommandOrigin, precondition?: Precondition): Promise<ReloadView>;
  /** Answers when the wait is over, whether or not the service is running by then. */
  startIo(
    request: { readonly configPath: string; readonly coreioId?: string },
    origin: CommandOrigin,
    wait?: Wait,
  ): Promise<IoView>;
  /** Stops and removes a shared coreio. Throws ServiceNotFoundError, and CoreioHeldError while an agent holds it. */
  stopIo(id: string, origin: CommandOrigin): Promise<IoView>;
  /** Begins a request with an idempotency key. Throws IdempotencyKeyReusedError, IdempotencyKeyInFlightError. */
  beginOnce(key: string, fingerprint: string): Promise<Begun>;
  /** Ends it: with the response if it succeeded, otherwise with null. Never rejects. */
  endOnce(claim: IdempotencyClaim, answer: KeptAnswer | null): Promise<void>;
  /** Asks the host to shut down, by default as on a signal; returns the mode. Throws HostClosingError. */
  shutdown(mode: ExitMode | null, origin: CommandOrigin): ExitMode;
  /**
   * Holds back the events of a webhook, or those of one agent, until an instant. Throws WebhookNotFoundError,
   * AgentNotFoundError.
   */
  muteWebhook(name: string, request: MuteRequest, origin: CommandOrigin): Promise<WebhookView>;
  /** Ends such a mute now. Throws WebhookNotFoundError, WebhookNotMutedError. */
  unmuteWebhook(name: string, agentId: string | null, origin: CommandOrigin): Promise<WebhookView>;
  /** Removes the notices from the health. Rejects if that cannot be written. */
  acknowledge(origin: CommandOrigin): Promise<HealthView>;
}

/** A control that can be closed. */
export interface OpenControl extends Control {
  /** The root of the actor system, for observers. */
  readonly root: AnyActorRef;
  /** The host for metrics. */
  measured(): MeasuredHost;
  /** How much output of each known service, and of all together, is kept. */
  logBounds(): LogBounds;
  /** Records that an uncaught exception ends the host. */
  crashed(error: Error): Promise<void>;
  /** Resolves when the host is asked to shut down. */
  readonly shutdownRequested: Promise<ExitMode>;
  /** Refuses commands from now on, stops the services if asked to, writes everything, and stops the actors. */
  close(mode: ExitMode): Promise<void>;
}

/** Which applied configurations to read: those before a number. */
export interface RevisionQuery extends RevisionFilter {
  readonly before: number;
  readonly limit: number;
}

/**
 * Which applied configurations to compare, by their numbers. `from` null: the one before `to`; `to` null: the newest one.
 * Both null: the newest one of the subject, or all that the last command applied.
 */
export interface DiffQuery {
  readonly from: number | null;
  readonly to: number | null;
  readonly subject: ConfigSubject | null;
}

/** Which launches to read, and which one to compare with the last stable one before it; null: the last that failed. */
export interface LaunchQuery {
  readonly before: number;
  readonly limit: number;
  readonly compare: number | null;
}

/** Which part of the past a timeline shows. */
export interface TimelineQuery {
  readonly since: Instant;
  readonly until: Instant;
  /** Empty: all services. */
  readonly serviceIds: readonly string[];
  readonly resolutionMs: Millis;
}

/** Which part of the history to read. */
export type HistoryQuery = Pick<JournalQuery, 'after' | 'before' | 'order' | 'limit' | 'since' | 'until'>;
