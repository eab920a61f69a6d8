import { basename } from 'node:path';
import type {
  AgentCheckView,
  AgentStatusView,
  AgentView,
  ServiceStatusView,
  IoView,
} from '../../../lib/api/schemas/agent.ts';
import type { DescribedEventView, EventView } from '../../../lib/api/schemas/event.ts';
import type { ExplainView } from '../../../lib/api/schemas/explain.ts';
import type { AgentHistoryView, ServiceHistoryView } from '../../../lib/api/schemas/history.ts';
import type {
  ConfigDiffView,
  ConfigRevisionPageView,
  ConfigRevisionView,
  ConfigurationView,
  ReloadView,
} from '../../../lib/api/schemas/config.ts';
import type { HealthView } from '../../../lib/api/schemas/host.ts';
import type { LaunchPageView } from '../../../lib/api/schemas/launch.ts';
import type { ServiceView } from '../../../lib/api/schemas/service.ts';
import type { TimelineView } from '../../../lib/api/schemas/timeline.ts';
import type { VersionChangeView, VersionsView } from '../../../lib/api/schemas/version.ts';
import type { UsageHistoryView, UsageView } from '../../../lib/api/schemas/usage.ts';
import type { WebhookView } from '../../../lib/api/schemas/webhook.ts';
import { IdempotencyRecords } from '../../../lib/control/commands/idempotency.ts';
import type {
  AgentDefinition,
  CommandOrigin,
  DiffQuery,
  RevisionQuery,
  WantedVersion,
  Control,
  ExitMode,
  HistoryQuery,
  LaunchQuery,
  TimelineQuery,
  MuteRequest,
  Queries,
  Wait,
} from '../../../lib/control/control.ts';
import {
  AgentConflictError,
  RevisionNotFoundError,
  VersionNotFoundError,
  AgentNotFoundError,
  ServiceNotFoundError,
  WebhookNotFoundError,
} from '../../../lib/model/errors.ts';
import type { SupposedExit } from '../../../lib/model/explain/supposed-exit.ts';
import type { FeedBatch, FeedQuery } from '../../../lib/model/feed.ts';
import type { Begun, KeptAnswer, IdempotencyClaim } from '../../../lib/model/idempotency.ts';
import type { JournalQuery } from '../../../lib/model/journal.ts';
import { digestOf } from '../../../lib/model/policy/revision.ts';
import type { ServiceGraph } from '../../../lib/model/policy/service-graph.ts';
import type { PublicState } from '../../../lib/model/states.ts';
import { isoOf } from '../../../lib/model/values/time.ts';
import { parseAgentId } from '../../../lib/model/values/ids.ts';
import type { AgentId, ServiceId } from '../../../lib/model/values/ids.ts';
import { ALL_EVENTS, matchesFilter, type EventFilter } from '../../../lib/model/values/event-filter.ts';
import {
  formatPosition,
  type LogBatch,
  type LogFindings,
  type LogItem,
  type LogQuery,
  type LogSearch,
} from '../../../lib/model/values/log-line.ts';
import { assertMatches, UNCONDITIONAL, type Precondition } from '../../../lib/model/values/precondition.ts';
import type { Log } from '../../../lib/ports/log.ts';
import type { MeasuredService } from '../../../lib/ports/meter.ts';
import type { AgentRequest } from '../../../lib/ports/spec-source.ts';
import { memoryStore } from '../store/memory-store.ts';

interface FakeAgent {
  state: PublicState;
  readonly configPath: string;
}

const SINCE = '2026-01-02T03:04:05.678Z';

const NOW = 1_700_000_000_000;
const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The versions that there are. */
const AVAILABLE = [
  { version: '1.2.3', executable: '/plant/corerl-1.2.3' },
  { version: '1.2.2', executable: '/plant/corerl-1.2.2' },
] as const;

/** The applied configuration that is stored. */
const REVISION: ConfigRevisionView = {
  ...{ number: 12, at: SINCE, subject: 'agent', agent_id: 'pump1', service_id: null, revision: '5d41402a' },
  ...{ actor: 'anna', correlation_id: 'request-1' },
};

/** A recorded wait. */
function recordedWait(wait: Wait | undefined): Readonly<Record<string, unknown>> {
  return wait === undefined ? {} : { until: wait.until, timeoutMs: wait.timeoutMs };
}

function stem(path: string): string {
  return basename(path).replace(/\.[^.]*$/, '');
}

function statusView(id: string, state: PublicState, configPath: string): ServiceStatusView {
  const intended = state === 'stopped' ? 'stopped' : 'running';
  return {
    id,
    state,
    intended_state: intended,
    config_path: configPath,
    pid: null,
    place: null,
    version: '1.2.3',
    restarts: 0,
  };
}

/** The API view of a service, for lists without agents. */
export function serviceView(id: string, state: PublicState = 'running'): ServiceView {
  return {
    id,
    kind: 'corerl',
    agents: [],
    state,
    intended_state: state === 'stopped' ? 'stopped' : 'running',
    substate: state === 'running' ? 'ready' : null,
    ready: state === 'running' ? true : null,
    generation: 1,
    pid: null,
    place: null,
    version: '1.2.3',
    executable: '/plant/corerl-1.2.3',
    config_path: null,
    restarts: 0,
    started_at: SINCE,
    since: SINCE,
    last_exit: null,
    next: null,
    reason: null,
    reason_code: null,
    flapping: null,
    acknowledgement: null,
    pin: null,
    adopted: false,
    doubt: null,
    orphan: false,
    revision: '1',
    running_revision: '1',
    guarantees: {
      exact_exit: true,
      tree_complete: true,
      lossless_rotation: true,
      separate_streams: true,
      output_buffer: null,
    },
  };
}

/** An empty explanation of such a service. */
export function explainView({
  id,
  state,
  substate,
  intended_state,
  since,
  revision,
  ...rest
}: ServiceView): ExplainView {
  const details = {
    summary: `${id} is ${state}.`,
    waits_for: [],
    causes: [],
    next: [],
    probe_failures: [],
    output_tail: null,
    holders: [],
    pin: null,
  };
  const times = { period_ms: 60_000, resets_after_ms: 60_000, next_delay_ms: 250 };
  const budget = { restarts: 0, max_restarts: 3, ...times };
  const { running_revision } = rest;
  return { id, state, substate, intended_state, since, ...details, budget, revision, running_revision };
}

/** A Control in memory without processes: commands take effect immediately and are recorded in `calls`. */
export class FakeControl implements Control, Queries {
  /** What a reload does. */
  reloaded: Pick<ReloadView, 'changes' | 'restarts' | 'settings'> = { changes: [], restarts: [], settings: [] };
  readonly queries = this;
  readonly calls: { readonly name: string; readonly argument: unknown; readonly origin: CommandOrigin | null }[] = [];
  /** Thrown by the next command or view. */
  nextError: unknown = null;
  reasons: readonly string[] = [];
  readonly events: EventView[] = [];
  readonly listed: ServiceView[] = [];
  readonly hooks: WebhookView[] = [];
  graph: ServiceGraph = { nodes: [], edges: [] };
  /** The output of every listed service; a follow ends with its signal. */
  logSource: (
    query: Omit<LogQuery, 'serviceId'>,
    follow: AbortSignal | undefined,
    serviceId: ServiceId,
  ) => AsyncIterable<readonly LogItem[]> = async function* () {};
  /** Where the output of every service begins, unless it is asked for behind a position. */
  logStart = '0:0';
  /** What searches of the output find. */
  findings: (query: Omit<LogQuery, 'serviceId'>, search: LogSearch, serviceId: ServiceId) => LogFindings = () => {
    return { findings: [], next: null, isComplete: true, searchedBytes: 0, totalBytes: 0 };
  };
  /** The items of the feed, which ends with its signal. */
  feedSource: (query: FeedQuery, signal: AbortSignal) => AsyncIterable<FeedBatch> = async function* () {};
  /** The idempotency records. */
  readonly store = memoryStore();
  idempotencyRecords = new IdempotencyRecords(this.store, { now: () => NOW, random: () => 0 }, SILENT);
  /** A command waits for this before it takes effect. */
  gate: Promise<void> = Promise.resolve();
  readonly #agents = new Map<AgentId, FakeAgent>();
  readonly #ios = new Map<string, string>();

  async startAgent(request: AgentRequest, origin: CommandOrigin, wait?: Wait): Promise<AgentId> {
    await this.#command('startAgent', { ...request, ...recordedWait(wait) }, origin);
    const id = parseAgentId(request.agentId ?? stem(request.configPath), '; give agent_id');
    const known = this.#agents.get(id);
    if (known !== undefined && known.state !== 'stopped' && known.configPath !== request.configPath) {
      throw new AgentConflictError(
        `Agent "${id}" is already started with "${known.configPath}", not "${request.configPath}".`,
      );
    }
    this.#agents.set(id, { state: 'running', configPath: request.configPath });
    return id;
  }

  async stopAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<void> {
    await this.#command('stopAgent', wait === undefined ? id : { id, ...recordedWait(wait) }, origin);
    const agent = this.#agents.get(parseAgentId(id));
    if (agent !== undefined) agent.state = 'stopped';
  }

  async startKnownAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<AgentView> {
    await this.#command('startKnownAgent', { id, ...recordedWait(wait) }, origin);
    this.#known(id).state = 'running';
    return this.#agentView(id);
  }

  async restartAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<AgentView> {
    await this.#command('restartAgent', { id, ...recordedWait(wait) }, origin);
    this.#known(id).state = 'running';
    return this.#agentView(id);
  }

  async defineAgent(
    definition: AgentDefinition,
    precondition: Precondition,
    origin: CommandOrigin,
  ): Promise<{ readonly isNew: boolean; readonly agent: AgentView }> {
    await this.#command('defineAgent', definition, origin);
    const { agentId, configPath, isStarted } = definition;
    const isNew = !this.#agents.has(agentId);
    assertMatches(isNew ? null : this.#revision(agentId), precondition, `Agent "${agentId}"`);
    this.#agents.set(agentId, { state: isStarted ? 'running' : 'stopped', configPath });
    return { isNew, agent: this.#agentView(agentId) };
  }

  async deleteAgent(id: string, precondition: Precondition, origin: CommandOrigin): Promise<void> {
    await this.#command('deleteAgent', id, origin);
    this.#known(id);
    assertMatches(this.#revision(id), precondition, `Agent "${id}"`);
    this.#agents.delete(parseAgentId(id));
  }

  agentRevision(id: string): string {
    this.#view('agentRevision', id);
    return this.#revision(id);
  }

  beginOnce(key: string, fingerprint: string): Promise<Begun> {
    return this.idempotencyRecords.begin(key, fingerprint);
  }

  endOnce(claim: IdempotencyClaim, answer: KeptAnswer | null): Promise<void> {
    return this.idempotencyRecords.end(claim, answer);
  }

  acknowledge(origin: CommandOrigin): Promise<HealthView> {
    this.calls.push({ name: 'acknowledge', argument: null, origin });
    return Promise.resolve(this.queries.health());
  }

  versions(id: string): Promise<VersionsView> {
    this.#view('versions', id);
    const { version, executable } = serviceView(id);
    return Promise.resolve({
      service_id: id,
      version,
      executable,
      configured: '^1',
      pin: null,
      available: [...AVAILABLE],
    });
  }

  async pinVersion(id: string, wanted: WantedVersion, origin: CommandOrigin): Promise<VersionChangeView> {
    const { version, isDryRun } = wanted;
    await this.#command('pinVersion', { id, ...wanted }, origin);
    const available = [...AVAILABLE];
    const versions: readonly string[] = available.map((one) => one.version);
    if (version !== null && !versions.includes(version))
      throw new VersionNotFoundError({ id, executable: 'corerl', wanted: version, available: versions });
    const pin = { since: SINCE, actor: 'anna', configured: '^1', in_range: true };
    const keys = [{ key: 'version', old: '^1', new: version }];
    const change = {
      service_id: id,
      action: 'restart' as const,
      changed: ['version'],
      keys,
      reason: 'its process runs another one',
    };
    return {
      ...{ applied: !isDryRun, service_id: id, pin: version === null || isDryRun ? null : { version, ...pin } },
      ...{ changes: [{ ...change, revision: '1' }], restarts: [id], from: AVAILABLE[0], to: AVAILABLE[1], available },
    };
  }

  configRevisions(query: RevisionQuery): Promise<ConfigRevisionPageView> {
    this.#view('configRevisions', query);
    return Promise.resolve({ revisions: [REVISION], next: null });
  }

  configRevision(number: number): Promise<ConfigurationView> {
    this.#view('configRevision', number);
    if (number !== REVISION.number) return Promise.reject(new RevisionNotFoundError(String(number)));
    return Promise.resolve({ ...REVISION, configuration: { agent_type: 'default', services: {} } });
  }

  configDiff(query: DiffQuery): Promise<ConfigDiffView> {
    this.#view('configDiff', query);
    const keys = [{ key: 'backoff.max', old: '30s', new: '1m' }];
    const change = { service_id: 'pump1-corerl', action: 'update' as const, changed: ['restart'], keys };
    const changes = [{ ...change, reason: 'no new launch is needed for restart', revision: '5d41402a' }];
    const from = { ...REVISION, number: 11, actor: null };
    return Promise.resolve({ diffs: [{ from, to: REVISION, settings: [], changes }], restarts: [] });
  }

  webhooks(): readonly WebhookView[] {
    this.#view('webhooks', null);
    return [...this.hooks];
  }

  webhook(name: string): WebhookView {
    const known = this.hooks.map((hook) => hook.name);
    const found = this.hooks.find((hook) => hook.name === name);
    if (found === undefined) throw new WebhookNotFoundError(name, known);
    return found;
  }

  async muteWebhook(name: string, request: MuteRequest, origin: CommandOrigin): Promise<WebhookView> {
    await this.#command('muteWebhook', { name, ...request }, origin);
    const until = new Date(request.until).toISOString();
    const mute = { agent_id: request.agentId, since: SINCE, until, actor: null, note: request.note };
    return this.#replaced({ ...this.webhook(name), mutes: [mute] });
  }

  async unmuteWebhook(name: string, agentId: string | null, origin: CommandOrigin): Promise<WebhookView> {
    await this.#command('unmuteWebhook', { name, agentId }, origin);
    return this.#replaced({ ...this.webhook(name), mutes: [] });
  }

  #replaced(view: WebhookView): WebhookView {
    this.hooks.splice(this.hooks.indexOf(this.webhook(view.name)), 1, view);
    return view;
  }

  shutdown(mode: ExitMode | null, origin: CommandOrigin): ExitMode {
    this.calls.push({ name: 'shutdown', argument: mode, origin });
    this.#throwNext();
    return mode ?? 'detach';
  }

  agentIds(): readonly AgentId[] {
    this.#view('agentIds', null);
    return [...this.#agents.keys()];
  }

  agentStatus(id: string): AgentStatusView {
    this.#view('agentStatus', id);
    const agent = this.#agents.get(parseAgentId(id));
    if (agent === undefined) {
      return { id, state: 'stopped', intended_state: 'stopped', config_path: null, service_statuses: {} };
    }
    const { state, configPath } = agent;
    const statuses = { corerl: statusView(`${id}-corerl`, state, configPath) };
    const intended = state === 'stopped' ? 'stopped' : 'running';
    return { id, state, intended_state: intended, config_path: configPath, service_statuses: statuses };
  }

  agents(): readonly AgentView[] {
    this.#view('agents', null);
    return [...this.#agents.keys()].map((id) => this.agent(id));
  }

  agent(id: string): AgentView {
    this.#view('agent', id);
    return this.#agentView(id);
  }

  #known(id: string): FakeAgent {
    const agent = this.#agents.get(parseAgentId(id));
    if (agent === undefined) throw new AgentNotFoundError(id);
    return agent;
  }

  #revision(id: string): string {
    const { state, configPath } = this.#known(id);
    return digestOf([state === 'stopped', configPath]);
  }

  #agentView(id: string): AgentView {
    const { state, configPath } = this.#known(id);
    const intended = state === 'stopped' ? 'stopped' : 'running';
    const services = [`${id}-corerl`];
    const rest = { services, since: SINCE, reason: null, reason_code: null };
    return { id, type: 'default', state, intended_state: intended, config_path: configPath, ...rest };
  }

  serviceHistory(id: string, query: HistoryQuery): Promise<ServiceHistoryView> {
    this.#view('serviceHistory', { id, query });
    const initially = { state: 'stopped', substate: null, generation: null, pid: null, place: null } as const;
    return Promise.resolve({ service_id: id, initially, steps: [], next: null });
  }

  launches(id: string, query: LaunchQuery): Promise<LaunchPageView> {
    this.#view('launches', { id, query });
    return Promise.resolve({ service_id: id, launches: [], next: null, comparison: null });
  }

  agentHistory(id: string, query: HistoryQuery): Promise<AgentHistoryView> {
    this.#view('agentHistory', { id, query });
    return Promise.resolve({ agent_id: id, initially: { state: null, substate: null }, steps: [], next: null });
  }

  serviceGraph(agentId: string | null): ServiceGraph {
    this.#view('serviceGraph', agentId);
    return this.graph;
  }

  services(): readonly ServiceView[] {
    this.#view('services', null);
    return [...this.listed];
  }

  service(id: string): ServiceView {
    this.#view('service', id);
    return this.#shown(id);
  }

  serviceInFull(id: string): Promise<ServiceView> {
    return Promise.resolve(this.service(id));
  }

  #shown(id: string): ServiceView {
    const service = this.listed.find((one) => one.id === id);
    if (service === undefined) throw new ServiceNotFoundError(id);
    return service;
  }

  explain(id: string, ifExit?: SupposedExit): Promise<ExplainView> {
    this.#view('explain', ifExit ?? null);
    return Promise.resolve(explainView(this.#shown(id)));
  }

  async startService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView> {
    await this.#command('startService', wait === undefined ? id : { id, ...recordedWait(wait) }, origin);
    return this.#shown(id);
  }

  async restartService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView> {
    await this.#command('restartService', wait === undefined ? id : { id, ...recordedWait(wait) }, origin);
    return this.#shown(id);
  }

  async stopService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView> {
    await this.#command('stopService', wait === undefined ? id : { id, ...recordedWait(wait) }, origin);
    return this.#shown(id);
  }

  async signalService(id: string, signal: string, origin: CommandOrigin): Promise<ServiceView> {
    await this.#command('signalService', { id, signal }, origin);
    return this.#shown(id);
  }

  async acknowledgeService(id: string, note: string | null, origin: CommandOrigin): Promise<ServiceView> {
    await this.#command('acknowledgeService', { id, note }, origin);
    const view = { ...this.#shown(id), acknowledgement: { at: SINCE, actor: null, note } };
    this.listed.splice(this.listed.indexOf(this.#shown(id)), 1, view);
    return view;
  }

  async deleteService(id: string, origin: CommandOrigin): Promise<void> {
    await this.#command('deleteService', id, origin);
    this.listed.splice(this.listed.indexOf(this.#shown(id)), 1);
  }

  async reload(isDryRun: boolean, origin: CommandOrigin, precondition = UNCONDITIONAL): Promise<ReloadView> {
    await this.#command('reload', isDryRun, origin);
    assertMatches('c0ffee00', precondition, 'The configuration');
    return { applied: !isDryRun, revision: 'c0ffee00', ...this.reloaded, skipped: [] };
  }

  async startIo(
    request: { readonly configPath: string; readonly coreioId?: string },
    origin: CommandOrigin,
    wait?: Wait,
  ): Promise<IoView> {
    await this.#command('startIo', { ...request, ...recordedWait(wait) }, origin);
    const id = request.coreioId ?? `${stem(request.configPath)}-coreio`;
    this.#ios.set(id, request.configPath);
    return this.#ioView(id, 'starting');
  }

  async stopIo(id: string, origin: CommandOrigin): Promise<IoView> {
    await this.#command('stopIo', id, origin);
    const view = this.#ioView(id, 'stopped');
    this.#ios.delete(id);
    return view;
  }

  io(id: string): IoView {
    this.#view('io', id);
    return this.#ioView(id, 'running');
  }

  ioServices(): readonly IoView[] {
    this.#view('ioServices', null);
    return [...this.#ios.keys()].map((id) => this.#ioView(id, 'running'));
  }

  history(
    query: JournalQuery,
  ): Promise<{ readonly events: readonly DescribedEventView[]; readonly next: number | null }> {
    this.#view('history', query);
    const { after, before = Infinity, since = -Infinity, until = Infinity, command, order } = query;
    const wanted = [query.filter ?? ALL_EVENTS, exactFilterOf(query)];
    const within = this.events
      .filter(({ seq, at }) => seq > after && seq < before && Date.parse(at) >= since && Date.parse(at) <= until)
      .filter(
        (event) =>
          command === undefined ||
          (event.cause === 'command' &&
            (['actor', 'address', 'tool'] as const).every(
              (name) => command[name] === undefined || command[name] === event[name],
            )),
      )
      .filter(({ type, agent_id: agentId = null, service_id: serviceId = null }) =>
        wanted.every((filter) => matchesFilter(filter, { type, agentId, serviceId })),
      );
    const rest = order === 'newest_first' ? within.reverse() : within;
    const events = rest.slice(0, query.limit);
    const described = events.map((event) => ({ ...event, sentence: `${event.type}.` }));
    return Promise.resolve({
      events: described,
      next: rest.length > events.length ? (events.at(-1)?.seq ?? null) : null,
    });
  }

  feed(query: FeedQuery, signal: AbortSignal): AsyncIterable<FeedBatch> {
    this.#view('feed', query);
    return this.feedSource(query, signal);
  }

  logs(queries: readonly LogQuery[], follow?: AbortSignal): AsyncIterable<LogBatch> {
    for (const { serviceId } of queries) this.service(serviceId);
    this.#view('logs', queries);
    return this.#batchesOf(queries, follow);
  }

  /** One service after the other. */
  async *#batchesOf(queries: readonly LogQuery[], follow?: AbortSignal): AsyncGenerator<LogBatch> {
    const positionOf = ({ start }: LogQuery): string =>
      start.type === 'after' ? formatPosition(start.position) : this.logStart;
    yield { type: 'starts', positions: new Map(queries.map((query) => [query.serviceId, positionOf(query)])) };
    for (const { serviceId, ...query } of queries) {
      for await (const items of this.logSource(query, follow, serviceId))
        yield { type: 'items', items: items.map((item) => ({ serviceId, item })) };
    }
  }

  async searchLogs({ serviceId, ...query }: LogQuery, search: LogSearch): Promise<LogFindings> {
    this.service(serviceId);
    this.#view('searchLogs', query);
    await Promise.resolve();
    return this.findings(query, search, serviceId);
  }

  timeline(query: TimelineQuery): Promise<TimelineView> {
    this.#view('timeline', query);
    const columns = {
      states: { at: [], state: [], worst: [], count: [] },
      marks: { at: [], kind: [], seq: [], count: [] },
      condensed: [],
    };
    return Promise.resolve({
      ...{ since: isoOf(query.since), until: isoOf(query.until), now: SINCE, stored_since: null },
      resolution_ms: query.resolutionMs,
      absences: [],
      health: { at: [], status: [] },
      host: columns,
      lanes: [],
    });
  }

  serviceUsage(id: string, since: number, until: number): Promise<UsageHistoryView> {
    this.#view('serviceUsage', { id, since, until });
    return Promise.resolve({ service_id: id, samples: [] });
  }

  usage(): Promise<UsageView> {
    this.#view('usage', null);
    const host = { cpu_seconds: 1, cpu_percent: null, rss_bytes: 1, event_loop_lag_ms: null };
    return Promise.resolve({ at: SINCE, supported: true, services: [], host });
  }

  checkAgent(request: AgentRequest): Promise<AgentCheckView> {
    this.#view('checkAgent', request);
    const { configPath, agentId: id = stem(configPath), agentType: type = 'default' } = request;
    const found = {
      id: `${id}-coreio`,
      kind: 'coreio',
      executable: '/plant/coreio-1.2.3',
      version: '1.2.3',
      problem: null,
    };
    const problem = 'No executable "corerl" below /plant.';
    const missing = { id: `${id}-corerl`, kind: 'corerl', executable: null, version: null, problem };
    return Promise.resolve({ id, type, config_path: configPath, state: null, services: [found, missing] });
  }

  obstacles(): readonly string[] {
    return this.health().reasons ?? [];
  }

  health(): HealthView {
    this.#view('health', null);
    const host = { process_id: 4711, service: 'coredinator', name: 'Plant 7', version: '0.0.0-test' } as const;
    return this.reasons.length === 0
      ? { status: 'healthy', ...host }
      : { status: 'degraded', ...host, reasons: this.reasons };
  }

  #ioView(id: string, state: PublicState): IoView {
    const configPath = this.#ios.get(id);
    if (configPath === undefined) throw new ServiceNotFoundError(id);
    return { service_id: id, status: statusView(id, state, configPath) };
  }

  async #command(name: string, argument: unknown, origin: CommandOrigin): Promise<void> {
    this.calls.push({ name, argument, origin });
    this.#throwNext();
    await this.gate;
  }

  #view(name: string, argument: unknown): void {
    this.calls.push({ name, argument, origin: null });
    this.#throwNext();
  }

  #throwNext(): void {
    const error = this.nextError;
    this.nextError = null;
    // oxlint-disable-next-line typescript/only-throw-error -- values other than errors must be handled too
    if (error !== null) throw error;
  }
}

/** The measured form of such a service. */
export function measuredService(id: string, state: PublicState = 'running'): MeasuredService {
  const intended = state === 'stopped' ? 'stopped' : 'running';
  const launch = {
    generation: 1,
    version: '1.2.3',
    restarts: 0,
    launchedAt: null,
    isInDoubt: false,
    probeFailures: [{ probe: 'readiness' as const, at: 1_000 }],
  };
  return { id, kind: 'corerl', agents: [], state, substate: null, intended, ...launch };
}

function exactFilterOf({ agentId, serviceId, type }: JournalQuery): EventFilter {
  const list = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);
  return { agentIds: list(agentId), serviceIds: list(serviceId), types: list(type) };
}
