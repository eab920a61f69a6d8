import type { AgentView, IoView } from '../api/schemas/agent.ts';
import type { ReloadView } from '../api/schemas/host.ts';
import type { ServiceView } from '../api/schemas/service.ts';
import { parseServiceId, type AgentId, type ServiceId } from '../model/values/ids.ts';
import { UNCONDITIONAL } from '../model/values/precondition.ts';
import type { AgentRequest } from '../ports/spec-source.ts';
import type { Webhooks } from '../ports/webhooks.ts';
import { serviceRef, stopActors, type ServiceSnapshot } from './actors.ts';
import type { AgentCommands } from './commands/agent-commands.ts';
import { defineAgent } from './commands/agent-definition.ts';
import type { AgentRemoval } from './commands/agent-removal.ts';
import { restartAgent } from './commands/agent-restart.ts';
import type { ActingDeps } from './commands/command-context.ts';
import { drain } from './commands/drain.ts';
import { alreadyAccepted, type Receipts } from './commands/idempotency.ts';
import type { Reloader } from './commands/reload.ts';
import type { ServiceCommands } from './commands/service-commands.ts';
import { deleteService } from './commands/service-removal.ts';
import { signalService } from './commands/signal-service.ts';
import type { Waits } from './commands/wait-for-state.ts';
import type { ControlDeps } from './control-deps.ts';
import type { CommandOrigin, Control, ExitMode, OpenControl, Wait } from './control.ts';
import { hostFact } from './journal/facts.ts';
import { HostViews, type SeenParts } from './views/host-views.ts';
import { reloadView, serviceStatusView } from './views/views.ts';

/** What a host consists of once its actors are back. */
export interface HostParts extends SeenParts {
  readonly acting: ActingDeps;
  readonly agents: AgentCommands;
  readonly removal: AgentRemoval;
  readonly services: ServiceCommands;
  readonly reloader: Reloader;
  readonly waits: Waits;
  readonly receipts: Receipts;
  /** Undefined: nothing is sent anywhere. */
  readonly webhooks?: Webhooks | undefined;
}

/** The control of a running host: commands go through here, views come from {@link HostViews}. */
export class Host extends HostViews implements OpenControl {
  readonly #deps: ControlDeps;
  readonly #parts: HostParts;
  readonly beginOnce: Control['beginOnce'];
  readonly endOnce: Control['endOnce'];
  readonly shutdownAsked: Promise<ExitMode>;
  #leave: (mode: ExitMode) => void = () => undefined;

  constructor(deps: ControlDeps, parts: HostParts) {
    super(deps, parts);
    this.#deps = deps;
    this.#parts = parts;
    this.beginOnce = (key, fingerprint) => parts.receipts.begin(key, fingerprint);
    this.endOnce = (claim, answer) => parts.receipts.end(claim, answer);
    this.shutdownAsked = new Promise((resolve) => (this.#leave = resolve));
  }

  async startAgent(request: AgentRequest, origin: CommandOrigin, wait?: Wait): Promise<AgentId> {
    const id = await this.#parts.agents.start(request, origin);
    if (wait !== undefined) await this.#parts.waits.agent(id, wait);
    return id;
  }

  async startKnownAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<AgentView> {
    await this.#parts.agents.startKnown(id, origin);
    if (wait !== undefined) await this.#parts.waits.agent(id, wait);
    return this.agent(id);
  }

  async restartAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<AgentView> {
    const { acting, agents, waits } = this.#parts;
    await restartAgent(acting, agents, id, origin);
    if (wait !== undefined) await waits.agent(id, wait);
    return this.agent(id);
  }

  async stopAgent(id: string, origin: CommandOrigin, wait?: Wait): Promise<void> {
    const { agents, waits } = this.#parts;
    if (wait === undefined) return agents.stop(id, origin);
    await agents.acceptStop(id, origin);
    await waits.agent(id, wait);
  }

  async defineAgent(
    definition: Parameters<Control['defineAgent']>[0],
    precondition: Parameters<Control['defineAgent']>[1],
    origin: CommandOrigin,
  ): ReturnType<Control['defineAgent']> {
    const { acting, agents } = this.#parts;
    const isNew = await defineAgent(acting, agents, definition, precondition, origin);
    return { isNew, agent: this.agent(definition.agentId) };
  }

  deleteAgent(...args: Parameters<Control['deleteAgent']>): Promise<void> {
    return this.#parts.removal.delete(...args);
  }

  startService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView> {
    return this.#onService(id, (known) => this.#parts.services.start(known, origin), wait);
  }

  restartService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView> {
    return this.#onService(id, (known) => this.#parts.services.restart(known, origin), wait);
  }

  stopService(id: string, origin: CommandOrigin, wait?: Wait): Promise<ServiceView> {
    const { services } = this.#parts;
    const stop = (known: ServiceId): Promise<void> =>
      wait === undefined ? services.stop(known, origin) : services.acceptStop(known, origin);
    return this.#onService(id, stop, wait);
  }

  async signalService(...args: Parameters<Control['signalService']>): Promise<ServiceView> {
    await signalService(this.#parts.acting, ...args);
    return this.service(args[0]);
  }

  deleteService(id: string, origin: CommandOrigin): Promise<void> {
    return deleteService(this.#parts.acting, this.#parts.services, id, origin);
  }

  async reload(isDryRun: boolean, origin: CommandOrigin, precondition = UNCONDITIONAL): Promise<ReloadView> {
    return reloadView(await this.#parts.reloader.run(isDryRun, origin, precondition));
  }

  async startIo(request: Parameters<Control['startIo']>[0], origin: CommandOrigin): Promise<IoView> {
    const spec = await this.#parts.acting.configuration.specs.planIo(request);
    await this.#parts.services.hold(spec, 'io', origin);
    return this.io(spec.id);
  }

  async stopIo(id: string, origin: CommandOrigin): Promise<IoView> {
    const { root } = this.#parts;
    const isGone = serviceRef(root, id) === undefined && alreadyAccepted(origin) !== undefined;
    if (isGone) return { service_id: id, status: statusOfForgotten(id) };
    const { service_id } = this.io(id);
    const snapshot = this.snapshotOf(id);
    await this.#parts.services.release(parseServiceId(id), 'io', origin);
    const after = serviceRef(root, id)?.getSnapshot();
    return { service_id, status: after ? serviceStatusView(after) : goneStatus(snapshot) };
  }

  shutdown(mode: ExitMode | null, { correlationId }: CommandOrigin): ExitMode {
    this.#parts.acting.intake.assertOpen();
    const chosen = mode ?? this.#deps.exitMode ?? 'detach';
    const fact = hostFact('host.shutdown_requested', this.#deps.clock.now(), { mode: chosen });
    this.#parts.recorder.note({ ...fact, cause: 'command', correlationId });
    this.#leave(chosen);
    return chosen;
  }

  async crashed(error: Error): Promise<void> {
    const { recorder } = this.#parts;
    recorder.note(hostFact('host.crashed', this.#deps.clock.now(), { message: error.message }));
    await recorder.flush();
  }

  async close(mode: ExitMode): Promise<void> {
    const { acting, root, recorder, feed, webhooks, health } = this.#parts;
    acting.intake.close();
    if (mode === 'drain') await drain(root, acting.changes);
    recorder.note(hostFact('host.stopped', this.#deps.clock.now(), { mode, left: this.#deps.processes.live().length }));
    await recorder.close();
    feed.close(); // its readers are told of everything, that the host stopped too
    await webhooks?.close();
    health.close();
    stopActors(root);
  }

  async #onService(id: string, command: (known: ServiceId) => Promise<void>, wait?: Wait): Promise<ServiceView> {
    const known = this.snapshotOf(id).context.spec.id;
    await command(known);
    if (wait !== undefined) await this.#parts.waits.service(known, wait);
    return this.service(id);
  }
}

function goneStatus(last: ServiceSnapshot): IoView['status'] {
  return { ...serviceStatusView(last), state: 'stopped', intended_state: 'stopped', pid: null };
}

function statusOfForgotten(id: string): IoView['status'] {
  const nothing = { config_path: null, pid: null, version: null, restarts: 0 };
  return { id, state: 'stopped', intended_state: 'stopped', ...nothing };
}
