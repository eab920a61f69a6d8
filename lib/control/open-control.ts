import { AgentNotFoundError, ServiceNotFoundError } from '../model/errors.ts';
import { parseServiceId, type AgentId } from '../model/ids.ts';
import type { JournalDraft } from '../model/journal.ts';
import type { LogItem, LogPolicy, LogQuery } from '../model/log-line.ts';
import type { Guarantees } from '../model/process.ts';
import { revisionOf } from '../model/revision.ts';
import type { Instant } from '../model/time.ts';
import type { AgentStatusView, HealthView, ServiceView } from '../model/views.ts';
import type { ActorStore } from '../ports/actor-store.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { ReachCrashPoint } from '../ports/crash-points.ts';
import type { Log } from '../ports/log.ts';
import type { ProcessHost } from '../ports/process-host.ts';
import type { ServiceLogs } from '../ports/service-logs.ts';
import type { SpecSource } from '../ports/spec-source.ts';
import { agentRef, serviceRef, serviceRefs, type ServiceSnapshot, type SupervisorRef } from './actors.ts';
import { Changes } from './changes.ts';
import { Commands } from './commands.ts';
import type { CommandOrigin, Control, IoView } from './control.ts';
import { drain } from './drain.ts';
import { ReportingCatalog, ReportingProcessHost } from './health-processes.ts';
import { ReportingStore } from './health-store.ts';
import { Health } from './health.ts';
import { Recorder } from './recorder.ts';
import { recover } from './recovery.ts';
import { Sequence } from './sequence.ts';
import { agentStatusView, agentView, eventView, serviceStatusView, serviceView, unknownAgentStatus } from './views.ts';
import { wallTimers } from './wall-timers.ts';
import { Wishes } from './wishes.ts';

/** The ports and facts that a host is run on. */
export interface ControlDeps {
  readonly store: ActorStore;
  readonly specs: SpecSource;
  readonly processes: ProcessHost;
  readonly catalog: Catalog;
  readonly logs: ServiceLogs;
  readonly clock: Clock;
  readonly timers?: Timers;
  /** Told of each crash point; default: nobody. */
  readonly crashPoint?: ReachCrashPoint | undefined;
  readonly log: Log;
  /** What others report to besides; default: a new one. */
  readonly health?: Health;
  /** Where a corrupt store was moved to at this start; default: there was none. */
  readonly recoveredFrom?: string | null;
  readonly identity: { readonly processId: number; readonly version: string; readonly guarantees: Guarantees };
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

/** Restores every remembered actor, brings the host services up, and answers for them all. */
export async function openControl(deps: ControlDeps): Promise<OpenControl> {
  const { crashPoint, clock, log, timers = wallTimers } = deps;
  const health = deps.health ?? new Health(clock, log);
  const store = new ReportingStore(deps.store, health, log);
  const processes = new ReportingProcessHost(deps.processes, health, () => recorder.flush());
  const catalog = new ReportingCatalog(deps.catalog, health);
  const rows = await store.loadActors();
  const wishes = new Wishes(await store.loadWishes());
  const sequence = new Sequence(await store.lastSeq());
  const changes = new Changes();
  const recorder = new Recorder({ store, sequence, clock, timers, log, onChanged: changes.notify, crashPoint }, rows);
  const onBack = (): void => {
    recorder.retry();
    void store.quarantineAgain(clock.now()); // never rejects
  };
  health.watchStore({ probe: () => store.probe(), onBack, timers });
  const { processId, version } = deps.identity;
  recorder.note(hostFact('host.started', clock.now(), { pid: processId, version }));
  noteRecovery(deps.recoveredFrom ?? null, health, recorder, clock);
  const root = await recover({
    store,
    rows,
    wishes,
    processes,
    catalog,
    recorder,
    clock,
    timers: deps.timers,
    log,
    crashPoint,
  });
  const commands = new Commands({ root, specs: deps.specs, store, wishes, sequence, changes, clock, crashPoint });
  await bringUpHostServices(deps, wishes, commands, root);
  return new Host(deps, { root, wishes, changes, recorder, commands, health });
}

interface Parts {
  readonly root: SupervisorRef;
  readonly wishes: Wishes;
  readonly changes: Changes;
  readonly recorder: Recorder;
  readonly commands: Commands;
  readonly health: Health;
}

class Host implements OpenControl {
  readonly #deps: ControlDeps;
  readonly #parts: Parts;
  readonly startAgent: Control['startAgent'];
  readonly stopAgent: Control['stopAgent'];

  constructor(deps: ControlDeps, parts: Parts) {
    this.#deps = deps;
    this.#parts = parts;
    this.startAgent = (request, origin) => parts.commands.startAgent(request, origin);
    this.stopAgent = (id, origin) => parts.commands.stopAgent(id, origin);
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

  async startIo(request: Parameters<Control['startIo']>[0], origin: CommandOrigin): Promise<IoView> {
    const spec = await this.#deps.specs.planIo(request);
    await this.#parts.commands.holdService(spec, 'io', origin);
    return this.io(spec.id);
  }

  async stopIo(id: string, origin: CommandOrigin): Promise<IoView> {
    const { service_id } = this.io(id);
    const snapshot = this.#service(id);
    await this.#parts.commands.releaseService(parseServiceId(id), 'io', origin);
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
    const { commands, root, changes, recorder, health } = this.#parts;
    commands.close();
    if (mode === 'drain') await drain(root, changes);
    recorder.note(hostFact('host.stopped', this.#deps.clock.now(), { mode, left: this.#deps.processes.live().length }));
    await recorder.close();
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

/** A store that began anew is something that a person has to know for as long as this host lives. */
function noteRecovery(movedTo: string | null, health: Health, recorder: Recorder, clock: Clock): void {
  if (movedTo === null) return;
  recorder.note(hostFact('store.recovered', clock.now(), { moved_to: movedTo }));
  health.remark(
    `The store was corrupt when this host started; it was moved to "${movedTo}", and what could be read of it was kept.`,
  );
}

function hostFact(type: string, at: Instant, detail: JournalDraft['detail']): JournalDraft {
  const nobody = { agentId: null, serviceId: null, from: null, to: null, correlationId: null };
  return { ...nobody, at, type, cause: 'host', detail };
}

/** A coreio that belongs to no agent alone: started by /api/io or named by a coreio_id. */
function isSharedIo({ context: { spec } }: ServiceSnapshot): boolean {
  return spec.kind === 'coreio' && spec.agentId === null;
}

function goneStatus(last: ServiceSnapshot): IoView['status'] {
  return { ...serviceStatusView(last), state: 'stopped', intended_state: 'stopped', pid: null };
}

/** Host services follow the configuration: new ones start, changed ones get their new spec, dropped ones end. */
async function bringUpHostServices(
  deps: ControlDeps,
  wishes: Wishes,
  commands: Commands,
  root: SupervisorRef,
): Promise<void> {
  const origin = { correlationId: 'host-start' };
  const configured = deps.specs.hostServices();
  for (const spec of configured) {
    const known = wishes.service(spec.id);
    if (known?.holder !== 'host') await commands.holdService(spec, 'host', origin);
    else if (revisionOf(known.spec) !== revisionOf(spec))
      serviceRef(root, spec.id)?.send({ type: 'service.configure', spec });
  }
  const dropped = wishes
    .services()
    .filter((wish) => wish.holder === 'host' && !configured.some((spec) => spec.id === wish.spec.id));
  for (const { spec } of dropped) await commands.releaseService(spec.id, 'host', origin);
}
