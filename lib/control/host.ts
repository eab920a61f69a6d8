import type { AgentView, IoView } from '../api/schemas/agent.ts';
import type { ReloadView } from '../api/schemas/config.ts';
import type { HealthView } from '../api/schemas/host.ts';
import type { ServiceView } from '../api/schemas/service.ts';
import { StoreUnavailableError, WaitFailedError, WaitTimeoutError } from '../model/errors.ts';
import { parseServiceId, type AgentId, type ServiceId } from '../model/values/ids.ts';
import type { JournalEntry } from '../model/journal.ts';
import type { LogBounds } from '../model/values/log-line.ts';
import { UNCONDITIONAL } from '../model/values/precondition.ts';
import type { AgentRequest } from '../ports/spec-source.ts';
import type { MeasuredHost } from '../ports/meter.ts';
import { serviceRef, stopActors } from './actors.ts';
import { AgentCommands } from './commands/agent-commands.ts';
import { muteWebhook, unmuteWebhook } from './commands/mute-webhook.ts';
import { defineAgent } from './commands/agent-definition.ts';
import { AgentRemoval } from './commands/agent-removal.ts';
import { acknowledgeNotices, acknowledgeService } from './commands/acknowledge.ts';
import { restartAgent } from './commands/agent-restart.ts';
import { drain } from './commands/drain.ts';
import { forgetLeftovers, releaseLeftovers } from './commands/forget-leftovers.ts';
import { bringUpHostServices, HOST_START } from './commands/host-services.ts';
import { alreadyAccepted, IdempotencyRecords } from './commands/idempotency.ts';
import { Reloader } from './commands/reload.ts';
import { ServiceCommands } from './commands/service-commands.ts';
import { deleteService } from './commands/service-removal.ts';
import { assertNotForeign, stopForeignOrphan } from './commands/orphan-commands.ts';
import { signalService } from './commands/signal-service.ts';
import { Waits } from './commands/wait-for-state.ts';
import type { CommandOrigin, Control, ExitMode, OpenControl, Wait } from './control.ts';
import { pinVersion } from './configuration/pin-version.ts';
import { recordConfigurations } from './configuration/applied-configurations.ts';
import { hostEvent, ofCommand } from './journal/events.ts';
import { LaunchEnds } from './launches/launch-ends.ts';
import { foreignOrphan, foreignOrphanView } from './queries/orphans.ts';
import { HostQueries } from './queries/host-queries.ts';
import { logBounds, measuredHost } from './queries/measures.ts';
import { goneStatus, reloadView, serviceStatusView, statusOfForgotten } from './queries/views.ts';
import type { Runtime } from './runtime.ts';

/** The control of a running host: delegates each command to its handler. */
export class Host implements OpenControl {
  readonly queries: HostQueries;
  readonly beginOnce: Control['beginOnce'];
  readonly endOnce: Control['endOnce'];
  readonly shutdownRequested: Promise<ExitMode>;
  readonly #runtime: Runtime;
  readonly #agents: AgentCommands;
  readonly #removal: AgentRemoval;
  readonly #services: ServiceCommands;
  readonly #reloader: Reloader;
  readonly #waits: Waits;
  readonly #launchEnds: LaunchEnds;
  readonly pinVersion: Control['pinVersion'] = (...args) => pinVersion(this.#runtime, ...args);
  readonly muteWebhook: Control['muteWebhook'] = (...args) => muteWebhook(this.#runtime, ...args);
  readonly unmuteWebhook: Control['unmuteWebhook'] = (...args) => unmuteWebhook(this.#runtime, ...args);
  /** What else ends when the host closes. */
  onClose: () => void = () => undefined;
  /** The start of the host services, which needs a store that can be written. */
  #hostServices: 'due' | 'underway' | 'done' = 'due';
  #leave: (mode: ExitMode) => void = () => undefined;

  constructor(runtime: Runtime) {
    const { store, launches, logs, clock, log, inherited = {} } = runtime.ports;
    const idempotencyRecords = new IdempotencyRecords(store, clock, log);
    this.#launchEnds = new LaunchEnds({
      ...{ launches, logs, journal: store, log, inherited },
      lastStable: (id) => serviceRef(runtime.root, id)?.getSnapshot().context.lastStable?.generation ?? null,
    });
    this.queries = new HostQueries(runtime, this.#launchEnds);
    this.beginOnce = (key, fingerprint) => idempotencyRecords.begin(key, fingerprint);
    this.endOnce = (claim, answer) => idempotencyRecords.end(claim, answer);
    this.shutdownRequested = new Promise((resolve) => (this.#leave = resolve));
    this.#runtime = runtime;
    this.#agents = new AgentCommands(runtime);
    this.#removal = new AgentRemoval(runtime, this.#agents);
    this.#services = new ServiceCommands(runtime);
    this.#reloader = new Reloader(runtime);
    this.#waits = new Waits(runtime);
  }

  get root(): OpenControl['root'] {
    return this.#runtime.root;
  }

  measured(): MeasuredHost {
    return measuredHost(this.#runtime);
  }

  logBounds(): LogBounds {
    return logBounds(this.#runtime);
  }

  /** Runs before the host answers requests: starts its own services and completes earlier deletions. */
  async start(): Promise<void> {
    await this.#bringUpHostServices();
    this.#removal.completeAll(HOST_START);
    forgetLeftovers(this.#runtime);
    this.#launchEnds.complete();
    void this.queries.complete();
  }

  /** Takes durable events, those of the recovery too. */
  saw(events: readonly JournalEntry[]): void {
    this.queries.saw(events);
    this.#launchEnds.saw(events);
  }

  /**
   * Continues what could not be stored while the store was unavailable: the start of the host services, deletions, also those of
   * an earlier host, the release of ports, and how launches ended.
   */
  storeAvailable(): void {
    this.#bringUpHostServices().catch((error: unknown) => {
      this.#runtime.ports.log.error(
        { err: error },
        'the host services could not be brought in line with the configuration',
      );
    });
    if (this.#hostServices === 'done') recordConfigurations(this.#runtime, HOST_START);
    this.#removal.completeAll(HOST_START);
    releaseLeftovers(this.#runtime);
    this.#launchEnds.complete();
    void this.queries.complete();
  }

  /** A store that cannot be written keeps nobody from coming up: live services are supervised, and the rest waits for it. */
  async #bringUpHostServices(): Promise<void> {
    if (this.#hostServices !== 'due') return;
    this.#hostServices = 'underway';
    try {
      await bringUpHostServices(this.#runtime, this.#services);
      recordConfigurations(this.#runtime, HOST_START);
      this.#hostServices = 'done';
    } catch (error) {
      this.#hostServices = 'due';
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.#runtime.ports.log.error(
        { err: error },
        'the host services cannot be brought in line with the configuration until the store can be written',
      );
    }
  }

  /** See LaunchEnds. */
  tailOf(event: JournalEntry): ReturnType<LaunchEnds['tailOf']> {
    return this.#launchEnds.tailOf(event);
  }

  async startAgent(request: AgentRequest, origin: CommandOrigin, wait?: Wait): Promise<AgentId> {
    const id = await this.#agents.start(request, origin);
    if (wait !== undefined) await this.#waits.agent(id, wait);
    return id;
  }

  async startKnownAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<AgentView> {
    await this.#agents.startKnown(id, origin);
    if (wait !== undefined) await this.#waits.agent(id, wait);
    return this.queries.agent(id);
  }

  async restartAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<AgentView> {
    await restartAgent(this.#runtime, this.#agents, id, origin);
    if (wait !== undefined) await this.#waits.agent(id, wait);
    return this.queries.agent(id);
  }

  async stopAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<void> {
    if (wait === undefined) return this.#agents.stop(id, origin);
    await this.#agents.acceptStop(id, origin);
    await this.#waits.agent(id, wait);
  }

  async defineAgent(
    definition: Parameters<Control['defineAgent']>[0],
    precondition: Parameters<Control['defineAgent']>[1],
    origin: CommandOrigin,
  ): ReturnType<Control['defineAgent']> {
    const isNew = await defineAgent(this.#runtime, this.#agents, definition, precondition, origin);
    return { isNew, agent: this.queries.agent(definition.agentId) };
  }

  deleteAgent(...args: Parameters<Control['deleteAgent']>): Promise<void> {
    return this.#removal.delete(...args);
  }

  startService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView> {
    return this.#onService(id, (known) => this.#services.start(known, origin), wait);
  }

  restartService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView> {
    return this.#onService(id, (known) => this.#services.restart(known, origin), wait);
  }

  stopService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView> {
    if (foreignOrphan(this.#runtime, id) !== null) return this.#stopOrphan(id, origin);
    const services = this.#services;
    const stop = (known: ServiceId): Promise<void> =>
      wait === undefined ? services.stop(known, origin) : services.acceptStop(known, origin);
    return this.#onService(id, stop, wait);
  }

  async #stopOrphan(id: string, origin: CommandOrigin): Promise<ServiceView> {
    const orphan = await stopForeignOrphan(this.#runtime, id, origin);
    return foreignOrphanView(orphan, this.#runtime.ports.identity.guarantees, false);
  }

  async signalService(...args: Parameters<Control['signalService']>): Promise<ServiceView> {
    await signalService(this.#runtime, ...args);
    return this.queries.service(args[0]);
  }

  async acknowledgeService(...args: Parameters<Control['acknowledgeService']>): Promise<ServiceView> {
    await acknowledgeService(this.#runtime, ...args);
    return this.queries.service(args[0]);
  }

  deleteService(id: string, origin: CommandOrigin): Promise<void> {
    return deleteService(this.#runtime, this.#services, id, origin);
  }

  async reload(isDryRun: boolean, origin: CommandOrigin, precondition = UNCONDITIONAL): Promise<ReloadView> {
    return reloadView(await this.#reloader.run(isDryRun, origin, precondition));
  }

  async startIo(request: Parameters<Control['startIo']>[0], origin: CommandOrigin, wait?: Wait): Promise<IoView> {
    const spec = await this.#runtime.configuration.specs.planIo(request);
    await this.#services.hold(spec, 'io', origin);
    if (wait !== undefined) await this.#waits.service(spec.id, wait).catch(ignoreWaitErrors);
    const isGone = serviceRef(this.#runtime.root, spec.id) === undefined; // another command has removed it by then
    return isGone ? { service_id: spec.id, status: statusOfForgotten(spec.id) } : this.queries.io(spec.id);
  }

  async stopIo(id: string, origin: CommandOrigin): Promise<IoView> {
    const { root } = this.#runtime;
    const isGone = serviceRef(root, id) === undefined && alreadyAccepted(origin) !== undefined;
    if (isGone) return { service_id: id, status: statusOfForgotten(id) };
    const { service_id } = this.queries.io(id);
    const snapshot = this.queries.snapshotOf(id);
    await this.#services.releaseIo(parseServiceId(id), origin);
    const after = serviceRef(root, id)?.getSnapshot();
    return { service_id, status: after ? serviceStatusView(after) : goneStatus(snapshot) };
  }

  shutdown(mode: ExitMode | null, origin: CommandOrigin): ExitMode {
    this.#runtime.commandLog.assertOpen();
    const chosen = mode ?? this.#runtime.ports.exitMode ?? 'detach';
    const event = hostEvent('host.shutdown_requested', this.#runtime.ports.clock.now(), { mode: chosen });
    this.#runtime.recorder.note({ ...event, ...ofCommand(origin) });
    this.#leave(chosen);
    return chosen;
  }

  async acknowledge(origin: CommandOrigin): Promise<HealthView> {
    await acknowledgeNotices(this.#runtime, origin);
    return this.queries.health();
  }

  async crashed(error: Error): Promise<void> {
    const { recorder } = this.#runtime;
    recorder.note(hostEvent('host.crashed', this.#runtime.ports.clock.now(), { message: error.message }));
    await recorder.flush();
  }

  async close(mode: ExitMode): Promise<void> {
    const { ports, root, commandLog, recorder, feed, webhooks, copier, notices } = this.#runtime;
    commandLog.close();
    this.onClose();
    if (mode === 'drain') await drain(this.#runtime);
    recorder.note(hostEvent('host.stopped', ports.clock.now(), { mode, left: ports.processes.live().length }));
    await recorder.close();
    await this.#launchEnds.close();
    await copier.close();
    notices.close();
    feed.close(); // its readers get everything, including that the host stopped
    await webhooks?.close();
    ports.health.close();
    stopActors(root);
  }

  async #onService(id: string, command: (known: ServiceId) => Promise<void>, wait?: Wait): Promise<ServiceView> {
    assertNotForeign(this.#runtime, id);
    const known = this.queries.snapshotOf(id).context.spec.id;
    const actor = serviceRef(this.#runtime.root, id);
    await command(known);
    if (wait !== undefined) await this.#waits.service(known, wait);
    const isForgotten = serviceRef(this.#runtime.root, id) === undefined; // an orphan is, as soon as it has stopped
    return isForgotten && actor !== undefined ? this.queries.view(actor.getSnapshot()) : this.queries.service(id);
  }
}

/** The caller gets the state that was reached. */
function ignoreWaitErrors(error: unknown): void {
  if (!(error instanceof WaitTimeoutError || error instanceof WaitFailedError)) throw error;
}
