import { agentActorId } from '../../actors/agent/context.ts';
import { serviceActorId } from '../../actors/service/context.ts';
import { ActorSetAsideError, AgentConflictError, AgentNotFoundError } from '../../model/errors.ts';
import type { ServiceIntention } from '../../model/intention.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import { parseAgentId, type AgentId } from '../../model/values/ids.ts';
import type { AgentRequest } from '../../ports/spec-source.ts';
import { agentRef, serviceRef, type AgentSnapshot } from '../actors.ts';
import type { CommandOrigin } from '../control.ts';
import type { Runtime } from '../runtime.ts';
import type { Accepted } from './command-log.ts';
import { assertServicesFree, ensure } from './ensure-actors.ts';
import { forgetWhenGone, unreferencedServices } from './forget-leftovers.ts';
import { heldIntention, holdShared, isShared } from './shared-services.ts';
import { alreadyAccepted } from './idempotency.ts';

/**
 * Commands for agents: first the intention is made durable, then the actor is notified, then the caller is answered.
 */
export class AgentCommands {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async start(request: AgentRequest, origin: CommandOrigin): Promise<AgentId> {
    const { configuration, commandLog } = this.#runtime;
    commandLog.assertOpen();
    const earlier = alreadyAccepted(origin);
    if (earlier !== undefined) return parseAgentId(earlier.id);
    const plan = await configuration.specs.planAgent(request);
    await commandLog.run(this.lockKeysOf(plan), () => this.bringUp(plan, origin));
    return plan.id;
  }

  /** Starts a known agent from its current file; one that is up is left alone, whatever its file says. */
  async startKnown(id: string, origin: CommandOrigin): Promise<void> {
    const { root, intentions } = this.#runtime;
    const intention = intentions.agent(id);
    if (intention === undefined) throw new AgentNotFoundError(id);
    const now = agentRef(root, id)?.getSnapshot();
    if (now !== undefined && this.#isUp(now) && !this.#changesServices(intention.plan)) return;
    await this.start(requestOf(intention.plan), origin);
  }

  /** The subjects of a start: the agent, and the services whose intentions it changes. */
  lockKeysOf(plan: AgentPlan): readonly string[] {
    const shared = plan.services.filter(isShared).map(({ id }) => id);
    return [...new Set<string>([plan.id, ...shared, ...this.serviceIntentions(plan).put.map(({ spec }) => spec.id)])];
  }

  /** Starts an agent with this plan. The caller must hold the locks. */
  async bringUp(plan: AgentPlan, origin: CommandOrigin): Promise<void> {
    const { commandLog, root, intentions } = this.#runtime;
    const snapshot = agentRef(root, plan.id)?.getSnapshot();
    if (snapshot !== undefined && !snapshot.matches('stopped')) assertSamePlan(snapshot.context.plan, plan);
    const heldBack = this.#heldBack(plan);
    if (snapshot !== undefined && this.#isUp(snapshot) && !this.#changesServices(plan)) return;
    assertServicesFree(root, plan.services);
    let unreferenced: readonly ServiceSpec[] = [];
    await commandLog.accept(() => {
      unreferenced = unreferencedServices(intentions, plan.id, plan);
      return this.#start(plan, unreferenced);
    }, origin);
    // A stop of a single service may have been accepted in the meantime: this start comes after it.
    while (this.#changesIntentions(plan)) await commandLog.accept(() => this.#start(plan, []), origin);
    ensure(root, plan.services, [plan]);
    const { correlationId } = origin;
    agentRef(root, plan.id)?.send({ type: 'agent.start', plan, correlationId });
    holdShared(this.#runtime, plan, correlationId);
    for (const { id } of heldBack) serviceRef(root, id)?.send({ type: 'service.start', correlationId });
    for (const { id } of unreferenced) void forgetWhenGone(this.#runtime, id);
  }

  #start(plan: AgentPlan, unreferenced: readonly ServiceSpec[]): Accepted {
    const intention = { subject: agentActorId(plan.id), intended: 'running', plan } as const;
    const services = this.serviceIntentions(plan);
    const drop = [...services.drop, ...unreferenced.map(({ id }) => serviceActorId(id))];
    const event = { type: 'agent.start_requested', agentId: plan.id, detail: { config_path: plan.configPath } };
    return { put: [intention, ...services.put], drop, event };
  }

  #changesIntentions(plan: AgentPlan): boolean {
    const { put, drop } = this.serviceIntentions(plan);
    return put.length + drop.length > 0;
  }

  /** Whether a start of an agent that is up does anything. */
  #changesServices(plan: AgentPlan): boolean {
    return this.#heldBack(plan).length > 0 || this.serviceIntentions(plan).put.length > 0;
  }

  #heldBack({ services }: AgentPlan): readonly ServiceSpec[] {
    return services.filter(({ id }) => this.#runtime.intentions.service(id)?.intended === 'stopped');
  }

  #isUp(snapshot: AgentSnapshot): boolean {
    const { context } = snapshot;
    return context.intended === 'running' && (snapshot.matches('running') || snapshot.matches('starting'));
  }

  /**
   * The intentions for single services that a start of the agent changes: it overrides earlier commands for them, and
   * a shared coreio is held as `/api/io/start` holds it, so that it outlives its agents.
   */
  serviceIntentions({ services }: AgentPlan): {
    readonly put: readonly ServiceIntention[];
    readonly drop: readonly string[];
  } {
    const known = services.map((spec) => ({ spec, intention: this.#runtime.intentions.service(spec.id) }));
    return {
      put: known.flatMap(({ spec, intention }) => {
        if ((intention?.holder ?? null) === null) return isShared(spec) ? [heldIntention(this.#runtime, spec)] : [];
        return intention?.intended === 'stopped' ? [{ ...intention, intended: 'running' as const }] : [];
      }),
      drop: known.flatMap(({ spec, intention }) =>
        intention?.holder === null && !isShared(spec) ? [intention.subject] : [],
      ),
    };
  }

  /** Resolves when its processes are gone. */
  async stop(id: string, origin: CommandOrigin): Promise<void> {
    const isStopped = await this.acceptStop(id, origin);
    if (!isStopped) await this.stopped(id);
  }

  /** Resolves when the stop is durable and sent; true if there was nothing to stop. */
  async acceptStop(id: string, origin: CommandOrigin): Promise<boolean> {
    const { root, commandLog, intentions } = this.#runtime;
    return commandLog.run([id], async () => {
      const snapshot = agentRef(root, id)?.getSnapshot();
      if (snapshot === undefined) return true;
      const { plan, intended } = snapshot.context;
      if (intended === 'stopped' && snapshot.matches('stopped')) return true;
      if (alreadyAccepted(origin) !== undefined) return false;
      const known = intentions.agent(id);
      const intention = { ...known, subject: agentActorId(plan.id), intended: 'stopped', plan } as const;
      await commandLog.accept(
        { put: [intention], event: { type: 'agent.stop_requested', agentId: plan.id, detail: {} } },
        origin,
      );
      this.sendStop(id, origin.correlationId);
      return false;
    });
  }

  /** Resolves when a stopping agent has stopped. Throws ActorSetAsideError if it cannot. */
  stopped(id: string): Promise<void> {
    return this.#runtime.changes.until(`agent:${id}`, () => this.#isStopped(id));
  }

  /** Sends the actor a stop, and again if it crashed on that: it is quarantined before this could continue for ever. */
  sendStop(id: string, correlationId: string): void {
    const actor = (): AgentSnapshot | undefined => agentRef(this.#runtime.root, id)?.getSnapshot();
    do agentRef(this.#runtime.root, id)?.send({ type: 'agent.stop', correlationId });
    while (actor()?.context.intended === 'running' && actor()?.matches('failed') === false);
  }

  #isStopped(id: string): boolean {
    const { root, intentions } = this.#runtime;
    const now = agentRef(root, id)?.getSnapshot();
    // A later start overrides this stop; its caller must not wait for ever.
    if (now === undefined || intentions.agent(id)?.intended !== 'stopped') return true;
    if (now.matches('failed')) throw new ActorSetAsideError(`agent:${id}`);
    const setAside = now.matches('stopping') ? this.#setAsideOf(now) : undefined;
    if (setAside !== undefined) throw new ActorSetAsideError(serviceActorId(setAside.id));
    return now.matches('stopped');
  }

  /** A service that a stopping agent waits for, and that will not stop, as its actor is quarantined. */
  #setAsideOf({ context: { plan } }: AgentSnapshot): ServiceSpec | undefined {
    const holder = agentActorId(plan.id);
    return plan.services.find(({ id }) => {
      const now = serviceRef(this.#runtime.root, id)?.getSnapshot();
      const isOthers = now?.context.holders.some((one) => one !== holder) === true;
      return now?.matches({ failed: 'abandoned' }) === true && !isOthers;
    });
  }
}

/** The request that a plan was made from. */
export function requestOf({ id, configPath, asked: { agentType, coreioId } }: AgentPlan): AgentRequest {
  return {
    configPath,
    agentId: id,
    ...(agentType === null ? {} : { agentType }),
    ...(coreioId === null ? {} : { coreioId }),
  };
}

/** Throws AgentConflictError if an agent started with one plan would differ under the other. */
export function assertSamePlan(present: AgentPlan, asked: AgentPlan): void {
  if (present.configPath !== asked.configPath) {
    throw new AgentConflictError(
      `Agent "${asked.id}" is already started with "${present.configPath}", not "${asked.configPath}". Stop it first or use another agent_id.`,
    );
  }
  const had = present.services.map((spec) => spec.id).join(', ');
  const wants = asked.services.map((spec) => spec.id).join(', ');
  if (had !== wants) {
    throw new AgentConflictError(
      `Agent "${asked.id}" is already started with the services ${had}, not ${wants}. Stop it first or reload the configuration.`,
    );
  }
}
