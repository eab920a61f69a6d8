import type { AgentCheckView, AgentStatusView, AgentView, IoView } from '../../api/schemas/agent.ts';
import type { ExplainView } from '../../api/schemas/explain.ts';
import type { AgentHistoryView, ServiceHistoryView } from '../../api/schemas/history.ts';
import type { ConfigDiffView, ConfigRevisionPageView, ConfigurationView } from '../../api/schemas/config.ts';
import type { HealthView } from '../../api/schemas/host.ts';
import type { LaunchPageView } from '../../api/schemas/launch.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import type { VersionsView } from '../../api/schemas/version.ts';
import type { WebhookView } from '../../api/schemas/webhook.ts';
import { AgentNotFoundError, ServiceNotFoundError } from '../../model/errors.ts';
import type { ReasonCode } from '../../model/explain/reason.ts';
import type { SupposedExit } from '../../model/explain/supposed-exit.ts';
import type { FeedBatch, FeedQuery } from '../../model/feed.ts';
import type { JournalEntry } from '../../model/journal.ts';
import { agentRevision } from '../../model/policy/revision.ts';
import { serviceGraph, type ServiceGraph } from '../../model/policy/service-graph.ts';
import { stateOf } from '../../model/states.ts';
import type { AgentId, ServiceId } from '../../model/values/ids.ts';
import type { LogBatch, LogFindings, LogQuery, LogSearch } from '../../model/values/log-line.ts';
import { doubtOf } from '../../model/process.ts';
import type { AgentRequest } from '../../ports/spec-source.ts';
import { agentRef, serviceRef, serviceRefs, type ServiceSnapshot } from '../actors.ts';
import type { DiffQuery, HistoryQuery, LaunchQuery, Queries, RevisionQuery } from '../control.ts';
import { configDiff, configurationView, revisionPage } from '../configuration/config-queries.ts';
import type { LaunchEnds } from '../launches/launch-ends.ts';
import type { Runtime } from '../runtime.ts';
import { versionsOf } from '../configuration/pin-version.ts';
import { checkAgent } from './agent-check.ts';
import { BusyPortsAtEnds } from './busy-ports.ts';
import { explain } from './explain.ts';
import { RestartTimes } from './flapping.ts';
import { foreignOrphan, foreignOrphans, foreignOrphanView, type ForeignOrphan } from './orphans.ts';
import { healthView } from './health.ts';
import { agentHistoryView, eventPage, recentHistory, serviceHistoryView, type History } from './history.ts';
import { outputTail } from './last-words.ts';
import { launchPage } from './launches.ts';
import { timelineView } from './timeline.ts';
import { hostUsage, serviceUsage } from './usage.ts';
import { isFailing, webhookStatus, webhookView } from './webhooks.ts';
import {
  agentStatusView,
  agentView,
  graphedService,
  observedView,
  serviceStatusView,
  serviceView,
  unknownAgentStatus,
} from './views.ts';

/** Reasons that say how a process ended, to which a busy port adds why. */
const REASONS_OF_ENDS: ReadonlySet<ReasonCode> = new Set([
  'exited',
  'start_timeout',
  'probe_failed',
  'restarts_exhausted',
  'policy_never',
  'recovery_failed',
]);

/** The queries of a running host, answered from the current state of its actors. */
export class HostQueries implements Queries {
  readonly #runtime: Runtime;
  readonly #busyPorts: BusyPortsAtEnds;
  readonly #restartTimes: RestartTimes;
  /** Of the same snapshot there is one view. */
  readonly #views = new WeakMap<ServiceSnapshot, ServiceView>();
  readonly #launchEnds: Pick<LaunchEnds, 'recorded'>;
  readonly timeline: Queries['timeline'] = (query) => timelineView(this.#runtime, query);
  readonly history: Queries['history'] = (query) => eventPage(this.#runtime, query);
  readonly usage: Queries['usage'] = () => hostUsage(this.#runtime);
  readonly serviceUsage: Queries['serviceUsage'] = (...args) => serviceUsage(this.#runtime, ...args);

  constructor(runtime: Runtime, launchEnds: Pick<LaunchEnds, 'recorded'>) {
    this.#runtime = runtime;
    this.#launchEnds = launchEnds;
    this.#restartTimes = new RestartTimes(runtime.ports);
    this.#busyPorts = new BusyPortsAtEnds(runtime.ports.portRegistry, (id) => {
      const snapshot = serviceRef(runtime.root, id)?.getSnapshot();
      if (snapshot === undefined) return null;
      const { spec, launch } = snapshot.context;
      return { spec, launch, state: stateOf(snapshot.value).state };
    });
  }

  /** Follows the events of the host for what views add to the state of the actors. */
  saw(events: readonly JournalEntry[]): void {
    this.#busyPorts.saw(events);
    this.#restartTimes.saw(events);
  }

  /** Reads from the journal what views add of the time before this host. */
  complete(): Promise<void> {
    return this.#restartTimes.complete();
  }

  agentIds(): readonly AgentId[] {
    return this.#runtime.intentions.agents().map((intention) => intention.plan.id);
  }

  agentStatus(id: string): AgentStatusView {
    const { root } = this.#runtime;
    const agent = agentRef(root, id)?.getSnapshot();
    if (agent === undefined) return unknownAgentStatus(id);
    const services = agent.context.plan.services.flatMap((spec) => serviceRef(root, spec.id)?.getSnapshot() ?? []);
    return agentStatusView(agent, services);
  }

  agent(id: string): ReturnType<Queries['agent']> {
    const agent = agentRef(this.#runtime.root, id)?.getSnapshot();
    if (agent === undefined) throw new AgentNotFoundError(id);
    return agentView(agent);
  }

  agents(): readonly AgentView[] {
    return this.agentIds().flatMap((id) => {
      const agent = agentRef(this.#runtime.root, id)?.getSnapshot();
      return agent === undefined ? [] : [agentView(agent)];
    });
  }

  checkAgent(request: AgentRequest): Promise<AgentCheckView> {
    return checkAgent(this.#runtime, request);
  }

  agentRevision(id: string): string {
    const intention = this.#runtime.intentions.agent(id);
    if (intention === undefined) throw new AgentNotFoundError(id);
    return agentRevision(intention);
  }

  services(): readonly ServiceView[] {
    const held = this.#heldOrphans();
    const known = serviceRefs(this.#runtime.root).map((ref) => this.view(ref.getSnapshot(), held));
    return [...known, ...foreignOrphans(this.#runtime).map((orphan) => this.#orphanView(orphan))];
  }

  serviceGraph(agentId: string | null): ServiceGraph {
    return serviceGraph(
      serviceRefs(this.#runtime.root).map((ref) => graphedService(ref.getSnapshot())),
      agentId,
    );
  }

  service(id: string): ServiceView {
    const snapshot = serviceRef(this.#runtime.root, id)?.getSnapshot();
    if (snapshot !== undefined) return this.view(snapshot);
    const orphan = foreignOrphan(this.#runtime, id);
    if (orphan === null) throw new ServiceNotFoundError(id);
    return this.#orphanView(orphan);
  }

  async serviceInFull(id: string): Promise<ServiceView> {
    const view = this.service(id);
    if (view.last_exit === null) return view;
    const snapshot = serviceRef(this.#runtime.root, id)?.getSnapshot();
    if (snapshot === undefined) return view;
    const tail = await outputTail(this.#runtime.ports, snapshot.context).catch(() => null);
    return { ...view, last_exit: { ...view.last_exit, output_tail: tail?.lines ?? null } };
  }

  #orphanView(orphan: ForeignOrphan): ServiceView {
    return foreignOrphanView(orphan, this.#runtime.ports.identity.guarantees);
  }

  /** The services that are not launched because of an orphan. */
  #heldOrphans(): ReadonlySet<string> {
    return new Set(this.#runtime.ports.processes.heldOrphans().flatMap(({ serviceId }) => serviceId ?? []));
  }

  async explain(id: string, ifExit?: SupposedExit): Promise<ExplainView> {
    await this.#runtime.recorder.written();
    return explain(this.#runtime, this.snapshotOf(id), ifExit);
  }

  io(id: string): IoView {
    const snapshot = serviceRef(this.#runtime.root, id)?.getSnapshot();
    if (snapshot === undefined) throw new ServiceNotFoundError(id, 'shared coreio');
    if (!isSharedIo(snapshot)) throw new ServiceNotFoundError(id, 'other service');
    return { service_id: snapshot.context.spec.id, status: serviceStatusView(snapshot) };
  }

  ioServices(): readonly IoView[] {
    return serviceRefs(this.#runtime.root)
      .map((ref) => ref.getSnapshot())
      .filter(isSharedIo)
      .map((snapshot) => ({ service_id: snapshot.context.spec.id, status: serviceStatusView(snapshot) }));
  }

  async serviceHistory(id: string, query: HistoryQuery): Promise<ServiceHistoryView> {
    const past = await recentHistory(this.#runtime, { serviceId: id }, query);
    const isKnown = serviceRef(this.#runtime.root, id) !== undefined;
    if (!isKnown && isNothing(past)) throw new ServiceNotFoundError(id);
    return serviceHistoryView(id, past);
  }

  async launches(id: ServiceId, query: LaunchQuery): Promise<LaunchPageView> {
    await this.#runtime.recorder.written();
    await this.#launchEnds.recorded();
    const page = await launchPage(id, query, this.#runtime.ports.launches);
    const isKnown = serviceRef(this.#runtime.root, id) !== undefined;
    if (!isKnown && page.launches.length === 0) throw new ServiceNotFoundError(id);
    return page;
  }

  async agentHistory(id: string, query: HistoryQuery): Promise<AgentHistoryView> {
    const past = await recentHistory(this.#runtime, { agentId: id }, query);
    const isKnown = agentRef(this.#runtime.root, id) !== undefined;
    if (!isKnown && isNothing(past)) throw new AgentNotFoundError(id);
    return agentHistoryView(id, past);
  }

  feed(query: FeedQuery, signal: AbortSignal): AsyncIterable<FeedBatch> {
    return this.#runtime.feed.read(query, signal);
  }

  logs(queries: readonly LogQuery[], follow?: AbortSignal): AsyncIterable<LogBatch> {
    for (const { serviceId } of queries) this.snapshotOf(serviceId);
    return this.#runtime.ports.logs.merge(queries, follow);
  }

  async searchLogs(query: LogQuery, search: LogSearch, signal: AbortSignal): Promise<LogFindings> {
    this.snapshotOf(query.serviceId);
    return this.#runtime.ports.logs.search(query, search, signal);
  }

  obstacles(): readonly string[] {
    return this.#runtime.ports.health.obstacles();
  }

  health(): HealthView {
    return healthView(this.#runtime);
  }

  versions(id: string): Promise<VersionsView> {
    return versionsOf(this.#runtime, id);
  }

  configRevisions(query: RevisionQuery): Promise<ConfigRevisionPageView> {
    return revisionPage(this.#runtime.ports.configurations, query);
  }

  configRevision(number: number): Promise<ConfigurationView> {
    return configurationView(this.#runtime.ports.configurations, number);
  }

  configDiff(query: DiffQuery): Promise<ConfigDiffView> {
    return configDiff(this.#runtime.ports.configurations, query);
  }

  webhooks(): readonly WebhookView[] {
    return (this.#runtime.webhooks?.statuses() ?? []).map(webhookView);
  }

  webhook(name: string): WebhookView {
    return webhookView(webhookStatus(this.#runtime, name));
  }

  /** Whether what an event is about fails now. */
  isFailing(entry: JournalEntry): boolean {
    return isFailing(this.#runtime, entry);
  }

  view(snapshot: ServiceSnapshot, held = this.#heldOrphans()): ServiceView {
    const view = this.#viewOf(snapshot);
    const isOfEnd = view.reason_code !== null && REASONS_OF_ENDS.has(view.reason_code);
    return observedView(view, {
      flapping: this.#restartTimes.of(view.id),
      doubt: doubtOf(this.#runtime.ports.processes.status(snapshot.context.spec.id)),
      isHeld: held.has(view.id),
      busyPorts: isOfEnd ? this.#busyPorts.of(view.id) : [],
    });
  }

  #viewOf(snapshot: ServiceSnapshot): ServiceView {
    const known = this.#views.get(snapshot);
    if (known !== undefined) return known;
    const view = serviceView(snapshot, this.#runtime.ports.identity.guarantees);
    this.#views.set(snapshot, view);
    return view;
  }

  /** Throws ServiceNotFoundError. */
  snapshotOf(id: string): ServiceSnapshot {
    const snapshot = serviceRef(this.#runtime.root, id)?.getSnapshot();
    if (snapshot === undefined) throw new ServiceNotFoundError(id);
    return snapshot;
  }
}

/** Neither steps nor anything before them. */
function isNothing({ steps, initially }: History): boolean {
  return steps.length === 0 && initially.state === null;
}

/** A coreio that no single agent owns: started through /api/io or named by a coreio_id. */
function isSharedIo({ context: { spec } }: ServiceSnapshot): boolean {
  return spec.kind === 'coreio' && spec.agentId === null;
}
