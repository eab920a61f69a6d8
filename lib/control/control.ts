import type { ExplainView } from '../api/schemas/explain.ts';
import type { FeedBatch, FeedQuery } from '../model/feed.ts';
import type { AgentId } from '../model/ids.ts';
import type { JournalQuery } from '../model/journal.ts';
import type { LogItem, LogPolicy, LogQuery } from '../model/log-line.ts';
import type { SupposedExit } from '../model/supposed-exit.ts';
import type { AgentStatusView, AgentView, IoView } from '../api/schemas/agent.ts';
import type { EventView } from '../api/schemas/event.ts';
import type { HealthView, ReloadView } from '../api/schemas/host.ts';
import type { ServiceView } from '../api/schemas/service.ts';
import type { UsageView } from '../api/schemas/usage.ts';
import type { AgentRequest } from '../ports/spec-source.ts';

/** Where a command comes from; on every event that it causes. */
export interface CommandOrigin {
  readonly correlationId: string;
}

/**
 * Everything the outside can ask of a host: commands, which are durable when they resolve, and views, which come from memory.
 * Refusals are the errors of `model/errors.ts`.
 */
export interface Control {
  /** Starts an agent, or does nothing if it is up with the same config file. Resolves when the wish is durable. */
  startAgent(request: AgentRequest, origin: CommandOrigin): Promise<AgentId>;
  /** Resolves when the agent's processes are gone; for an unknown or stopped agent at once. */
  stopAgent(id: string, origin: CommandOrigin): Promise<void>;
  /** In the order of first start. */
  agentIds(): readonly AgentId[];
  /** Never refuses: an unknown agent is `stopped` without a config path. */
  agentStatus(id: string): AgentStatusView;
  /** All of them, as far as they are there. */
  agents(): readonly AgentView[];
  /** Throws AgentNotFoundError. */
  agent(id: string): AgentView;
  services(): readonly ServiceView[];
  /** Throws ServiceNotFoundError. */
  service(id: string): ServiceView;
  /**
   * Why a service is as it is, what happens next, and with `ifExit` what would follow if its process ended so now. The causes come
   * from the journal. Throws ServiceNotFoundError.
   */
  explain(id: string, ifExit?: SupposedExit): Promise<ExplainView>;
  /** Lets a held service run, at once. Throws ServiceNotFoundError, ServiceUnheldError. */
  startService(id: string, origin: CommandOrigin): Promise<ServiceView>;
  /** Ends the process of a held service and launches it anew. Throws as {@link startService}. */
  restartService(id: string, origin: CommandOrigin): Promise<ServiceView>;
  /** Stops one service by hand, until it or an agent that holds it is started. Resolves when its processes are gone. */
  stopService(id: string, origin: CommandOrigin): Promise<ServiceView>;
  /** Reads every configuration file anew; a dry run only says what that would change. Throws ConfigInvalidError, ConfigUnreadableError. */
  reload(isDryRun: boolean, origin: CommandOrigin): Promise<ReloadView>;
  startIo(request: { readonly configPath: string; readonly coreioId?: string }, origin: CommandOrigin): Promise<IoView>;
  /** Lets go of a shared coreio; it ends (and is forgotten) when no agent holds it. Throws ServiceNotFoundError. */
  stopIo(id: string, origin: CommandOrigin): Promise<IoView>;
  /** Throws ServiceNotFoundError. */
  io(id: string): IoView;
  ioServices(): readonly IoView[];
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

/** A control with the way to end it. */
export interface OpenControl extends Control {
  /** How much output of each known service is to be kept. */
  logPolicies(): readonly LogPolicy[];
  /** Writes down that a bug nobody caught ends the host. */
  crashed(error: Error): Promise<void>;
  /** Refuses commands from now on, takes the services down if asked to, writes everything, and stops the actors. */
  close(mode: 'detach' | 'drain'): Promise<void>;
}
