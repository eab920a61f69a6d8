import type { Webhooks } from '../ports/webhooks.ts';
import { AgentNotFoundError, ServiceNotFoundError } from '../model/errors.ts';
import type { ExplainView } from '../api/schemas/explain.ts';
import type { FeedBatch, FeedQuery } from '../model/feed.ts';
import { parseServiceId, type AgentId, type ServiceId } from '../model/ids.ts';
import type { LogItem, LogPolicy, LogQuery } from '../model/log-line.ts';
import type { SupposedExit } from '../model/supposed-exit.ts';
import type { AgentStatusView, AgentView, IoView } from '../api/schemas/agent.ts';
import type { HealthView, ReloadView } from '../api/schemas/host.ts';
import type { ServiceView } from '../api/schemas/service.ts';
import type { UsageView } from '../api/schemas/usage.ts';
import { agentRef, agentRefs, serviceRef, serviceRefs, type ServiceSnapshot, type SupervisorRef } from './actors.ts';
import type { Changes } from './changes.ts';
import type { AgentCommands } from './agent-commands.ts';
import type { ControlDeps } from './control-deps.ts';
import type { Configuration } from './command-deps.ts';
import type { CommandOrigin, Control, OpenControl } from './control.ts';
import { drain } from './drain.ts';
import { explain } from './explain.ts';
import { hostFact } from './facts.ts';
import type { Feed } from './feed.ts';
import type { Health } from './health.ts';
import type { Recorder } from './recorder.ts';
import type { Intake } from './intake.ts';
import type { Reloader } from './reload.ts';
import type { ServiceCommands } from './service-commands.ts';
import { usageView } from './usage.ts';
import {
  agentStatusView,
  agentView,
  eventView,
  reloadView,
  serviceStatusView,
  serviceView,
  unknownAgentStatus,
} from './views.ts';
import type { Wishes } from './wishes.ts';

/** What a host consists of once its actors are back. */
export interface HostParts {
  readonly root: SupervisorRef;
  readonly wishes: Wishes;
  readonly changes: Changes;
  readonly recorder: Recorder;
  readonly feed: Feed;
  readonly configuration: Configuration;
  readonly intake: Intake;
  readonly agents: AgentCommands;
  readonly services: ServiceCommands;
  readonly reloader: Reloader;
  readonly health: Health;
  /** Undefined: nothing is sent anywhere. */
  readonly webhooks?: Webhooks | undefined;
}

/** The control of a running host: commands go through, views come from the actors as they are. */
export class Host implements OpenControl {
  readonly #deps: ControlDeps;
  readonly #parts: HostParts;
  readonly startAgent: Control['startAgent'];
  readonly stopAgent: Control['stopAgent'];

  constructor(deps: ControlDeps, parts: HostParts) {
    this.#deps = deps;
    this.#parts = parts;
    this.startAgent = (request, origin) => parts.agents.start(request, origin);
    this.stopAgent = (id, origin) => parts.agents.stop(id, origin);
  }

  agentIds(): readonly AgentId[] {
    return this.#parts.wishes.agents().map((wish) => wish.plan.id);
  }

  agentStatus(id: string): AgentStatusView {
    const { root } = this.#parts;
    const agent = agentRef(root, id)?.getSnapshot();
    if (agent === undefined) return unknownAgentStatus(id);
    const services = agent.context.plan.services.flatMap((spec) => serviceRef(root, spec.id)?.getSnapshot() ?? []);
    return agentStatusView(agent, services);
  }

  agents(): readonly AgentView[] {
    return agentRefs(this.#parts.root).map((ref) => agentView(ref.getSnapshot()));
  }

  agent(id: string): ReturnType<Control['agent']> {
    const agent = agentRef(this.#parts.root, id)?.getSnapshot();
    if (agent === undefined) throw new AgentNotFoundError(id);
    return agentView(agent);
  }

  services(): readonly ServiceView[] {
    return serviceRefs(this.#parts.root).map((ref) => this.#view(ref.getSnapshot()));
  }

  service(id: string): ServiceView {
    return this.#view(this.#service(id));
  }

  async explain(id: string, ifExit?: SupposedExit): Promise<ExplainView> {
    const { root, wishes, recorder } = this.#parts;
    const { store, clock } = this.#deps;
    // What was just seen is a cause too; what cannot be written now is told by the health and tried again by the recorder.
    await recorder.flush().catch(() => undefined);
    return explain({ root, wishes, store, clock }, this.#service(id), ifExit);
  }

  async startService(id: string, origin: CommandOrigin): Promise<ServiceView> {
    await this.#parts.services.start(this.#service(id).context.spec.id, origin);
    return this.service(id);
  }

  async restartService(id: string, origin: CommandOrigin): Promise<ServiceView> {
    await this.#parts.services.restart(this.#service(id).context.spec.id, origin);
    return this.service(id);
  }

  async stopService(id: string, origin: CommandOrigin): Promise<ServiceView> {
    await this.#parts.services.stop(this.#service(id).context.spec.id, origin);
    return this.service(id);
  }

  async reload(isDryRun: boolean, origin: CommandOrigin): Promise<ReloadView> {
    return reloadView(await this.#parts.reloader.run(isDryRun, origin));
  }

  async startIo(request: Parameters<Control['startIo']>[0], origin: CommandOrigin): Promise<IoView> {
    const spec = await this.#parts.configuration.specs.planIo(request);
    await this.#parts.services.hold(spec, 'io', origin);
    return this.io(spec.id);
  }

  async stopIo(id: string, origin: CommandOrigin): Promise<IoView> {
    const { service_id } = this.io(id);
    const snapshot = this.#service(id);
    await this.#parts.services.release(parseServiceId(id), 'io', origin);
    const after = serviceRef(this.#parts.root, id)?.getSnapshot();
    return { service_id, status: after ? serviceStatusView(after) : goneStatus(snapshot) };
  }

  io(id: string): IoView {
    const snapshot = this.#service(id);
    if (!isSharedIo(snapshot)) throw new ServiceNotFoundError(id);
    return { service_id: snapshot.context.spec.id, status: serviceStatusView(snapshot) };
  }

  ioServices(): readonly IoView[] {
    return serviceRefs(this.#parts.root)
      .map((ref) => ref.getSnapshot())
      .filter(isSharedIo)
      .map((snapshot) => ({ service_id: snapshot.context.spec.id, status: serviceStatusView(snapshot) }));
  }

  async history(query: Parameters<Control['history']>[0]): ReturnType<Control['history']> {
    const entries = await this.#deps.store.history(query);
    const last = entries.at(-1);
    return { events: entries.map(eventView), next: last && entries.length === query.limit ? last.seq : null };
  }

  feed(query: FeedQuery, signal: AbortSignal): AsyncIterable<FeedBatch> {
    return this.#parts.feed.read(query, signal);
  }

  logs(id: string, query: Omit<LogQuery, 'serviceId'>, follow?: AbortSignal): AsyncIterable<readonly LogItem[]> {
    const wanted = { ...query, serviceId: this.#service(id).context.spec.id };
    const { logs } = this.#deps;
    return follow === undefined ? logs.read(wanted) : logs.follow(wanted, follow);
  }

  logPolicies(): readonly LogPolicy[] {
    return serviceRefs(this.#parts.root).map((ref) => {
      const { spec, launch, generation } = ref.getSnapshot().context;
      return { serviceId: spec.id, generation: launch?.generation ?? generation, ...spec.logs };
    });
  }

  usage(): Promise<UsageView> {
    const { usage, clock } = this.#deps;
    const ids = (): readonly ServiceId[] =>
      serviceRefs(this.#parts.root).map((ref) => ref.getSnapshot().context.spec.id);
    return usageView(usage, ids, () => clock.now());
  }

  obstacles(): readonly string[] {
    return this.#parts.health.obstacles();
  }

  health(): HealthView {
    const { processId, version } = this.#deps.identity;
    const reasons = this.#parts.health.reasons();
    const base = { process_id: processId, service: 'coredinator', version } as const;
    return reasons.length === 0 ? { status: 'healthy', ...base } : { status: 'degraded', ...base, reasons };
  }

  async crashed(error: Error): Promise<void> {
    const { recorder } = this.#parts;
    recorder.note(hostFact('host.crashed', this.#deps.clock.now(), { message: error.message }));
    await recorder.flush();
  }

  async close(mode: 'detach' | 'drain'): Promise<void> {
    const { intake, root, changes, recorder, feed, webhooks, health } = this.#parts;
    intake.close();
    if (mode === 'drain') await drain(root, changes);
    recorder.note(hostFact('host.stopped', this.#deps.clock.now(), { mode, left: this.#deps.processes.live().length }));
    await recorder.close();
    feed.close(); // its readers are told of everything, that the host stopped too
    await webhooks?.close();
    health.close();
    root.stop();
  }

  /** How space is released is a matter of this host and its disk, not of who launched. */
  #view(snapshot: ServiceSnapshot): ServiceView {
    const { guarantees } = this.#deps.identity;
    const view = serviceView(snapshot, guarantees);
    return { ...view, guarantees: { ...view.guarantees, lossless_rotation: guarantees.losslessRotation } };
  }

  #service(id: string): ServiceSnapshot {
    const snapshot = serviceRef(this.#parts.root, id)?.getSnapshot();
    if (snapshot === undefined) throw new ServiceNotFoundError(id);
    return snapshot;
  }
}

/** A coreio that belongs to no agent alone: started by /api/io or named by a coreio_id. */
function isSharedIo({ context: { spec } }: ServiceSnapshot): boolean {
  return spec.kind === 'coreio' && spec.agentId === null;
}

function goneStatus(last: ServiceSnapshot): IoView['status'] {
  return { ...serviceStatusView(last), state: 'stopped', intended_state: 'stopped', pid: null };
}
