import { serviceActorId } from '../../actors/service/context.ts';
import {
  ActorSetAsideError,
  CoreioHeldError,
  OrphanServiceError,
  ServiceHeldError,
  ServiceNotFoundError,
  ServiceUnheldError,
} from '../../model/errors.ts';
import type { Intended, ServiceIntention } from '../../model/intention.ts';
import { revisionOf } from '../../model/policy/revision.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import { stateOf } from '../../model/states.ts';
import type { Holder, ServiceId } from '../../model/values/ids.ts';
import { serviceRef, type ServiceRef } from '../actors.ts';
import type { CommandOrigin } from '../control.ts';
import type { Intentions } from '../intentions.ts';
import { agentsOf } from '../queries/views.ts';
import type { Runtime } from '../runtime.ts';
import type { Accepted } from './command-log.ts';
import { assertServicesFree, ensure, isOrphan } from './ensure-actors.ts';
import { removeService } from './forget-leftovers.ts';
import { alreadyAccepted } from './idempotency.ts';

/** A holder that is not an agent. */
type SoleHolder = 'io' | 'host';

/** Commands for single services: durable first, like those for agents. */
export class ServiceCommands {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Makes `holder` hold the service. It starts if it is down, unless it is only to be registered. */
  async hold(
    spec: ServiceSpec,
    holder: SoleHolder,
    origin: CommandOrigin,
    intended: Intended = 'running',
  ): Promise<void> {
    const { commandLog, root } = this.#runtime;
    const { correlationId } = origin;
    await commandLog.run([spec.id], async () => {
      if (alreadyAccepted(origin) !== undefined) return;
      assertServicesFree(root, [spec]);
      const intention = { subject: serviceActorId(spec.id), intended, holder, spec, atLeast: 0 } as const;
      const type = intended === 'running' ? 'service.start_requested' : 'service.configured';
      await commandLog.accept({ put: [intention], event: { type, serviceId: spec.id, detail: { holder } } }, origin);
      ensure(root, [spec], []);
      if (intended === 'stopped') return;
      const service = serviceRef(root, spec.id);
      service?.send({ type: 'service.hold', holder, spec, correlationId });
      service?.send({ type: 'service.start', correlationId });
    });
  }

  /** Gives a held service a new spec: policies apply immediately, the rest from its next launch on. */
  async configure(known: ServiceIntention, spec: ServiceSpec, origin: CommandOrigin): Promise<void> {
    const { commandLog, root } = this.#runtime;
    await commandLog.run([spec.id], async () => {
      const event = { type: 'service.configured', serviceId: spec.id, detail: { revision: revisionOf(spec) } };
      await commandLog.accept({ put: [{ ...known, spec }], event }, origin);
      serviceRef(root, spec.id)?.send({ type: 'service.configure', spec });
    });
  }

  /**
   * Stops and removes a shared coreio. Resolves when that is done. Throws CoreioHeldError while an agent holds it, and
   * ServiceHeldError for a host service.
   */
  async releaseIo(id: ServiceId, origin: CommandOrigin): Promise<void> {
    await this.#runtime.commandLog.run([id], async () => {
      if (alreadyAccepted(origin) === undefined) this.#assertNotHeld(id);
      await this.releaseLocked(id, 'io', origin);
    });
  }

  #assertNotHeld(id: ServiceId): void {
    const { holders } = this.#service(id).getSnapshot().context;
    if (holders.includes('host')) throw new ServiceHeldError(id, []);
    const agents = agentsOf(holders);
    if (agents.length > 0) throw new CoreioHeldError(id, agents);
  }

  /** Resolves when the release is durable and sent; the caller has to remove the service. */
  async acceptRelease(id: ServiceId, holder: SoleHolder, origin: CommandOrigin): Promise<void> {
    await this.#runtime.commandLog.run([id], () => this.#acceptRelease(id, holder, origin));
  }

  /** The whole release; the caller has the lock of the service. */
  async releaseLocked(id: ServiceId, holder: SoleHolder, origin: CommandOrigin): Promise<void> {
    const { root, changes, intentions } = this.#runtime;
    if (alreadyAccepted(origin) === undefined) await this.#acceptRelease(id, holder, origin);
    else if (serviceRef(root, id) === undefined) return;
    else if (intentions.service(id)?.holder === holder) return; // it is held again
    const actorId = serviceActorId(id);
    const isHeld = (): boolean => (serviceRef(root, id)?.getSnapshot().context.holders ?? []).length > 0;
    const isThrough = (): boolean => isHeld() || this.isGone(id);
    await changes.actWhen(actorId, isThrough, () => {
      if (!isHeld()) removeService(this.#runtime, id);
    });
  }

  async #acceptRelease(id: ServiceId, holder: SoleHolder, origin: CommandOrigin): Promise<void> {
    const { commandLog, root, intentions } = this.#runtime;
    const service = this.#service(id);
    const event = { type: 'service.stop_requested', serviceId: id, detail: { holder } };
    await commandLog.accept(() => {
      const { holders } = service.getSnapshot().context;
      return { ...intentionWithout(holder, intentions.service(id), holders), event };
    }, origin);
    serviceRef(root, id)?.send({ type: 'service.release', holder, correlationId: origin.correlationId });
  }

  /** Starts a held service immediately, whatever timer it is waiting for. */
  async start(id: ServiceId, origin: CommandOrigin): Promise<void> {
    const { commandLog } = this.#runtime;
    await commandLog.run([id], async () => {
      if (alreadyAccepted(origin) !== undefined) return;
      const known = this.#held(id);
      const isSole = known !== null && known.holder !== null;
      // The intention of the agents that hold it applies again.
      const change = isSole ? { put: [{ ...known, intended: 'running' as const }] } : { drop: [serviceActorId(id)] };
      await commandLog.accept(
        { ...change, event: { type: 'service.start_requested', serviceId: id, detail: {} } },
        origin,
      );
      this.#send(id, 'service.start', origin);
    });
  }

  /** Stops the process of a service and launches it again; starts one that is down. The restart survives the host. */
  async restart(id: ServiceId, origin: CommandOrigin): Promise<void> {
    const { commandLog } = this.#runtime;
    await commandLog.run([id], async () => {
      if (alreadyAccepted(origin) !== undefined) return;
      const intention = restartIntention(this.#service(id), this.#held(id));
      await commandLog.accept(
        { put: [intention], event: { type: 'service.restart_requested', serviceId: id, detail: {} } },
        origin,
      );
      this.#send(id, 'service.restart', origin);
    });
  }

  /** Stops a single service until it, or an agent that holds it, is started. Resolves when it is gone. */
  async stop(id: ServiceId, origin: CommandOrigin): Promise<void> {
    const { changes, root } = this.#runtime;
    await this.acceptStop(id, origin);
    await changes.until(serviceActorId(id), () => {
      // A later start overrides this stop; its caller must not wait for ever.
      return this.isGone(id) || serviceRef(root, id)?.getSnapshot().context.intended === 'running';
    });
  }

  /** Resolves when the stop is durable and sent. */
  async acceptStop(id: ServiceId, origin: CommandOrigin): Promise<void> {
    const { commandLog, intentions } = this.#runtime;
    await commandLog.run([id], async () => {
      if (alreadyAccepted(origin) !== undefined) return;
      const { spec, intended } = this.#service(id).getSnapshot().context;
      if (intended === 'stopped' && this.#isDown(id)) return;
      const event = { type: 'service.stop_requested', serviceId: id, detail: {} };
      await commandLog.accept(() => ({ put: stopIntention(intentions, spec), event }), origin);
      this.#service(id).send({ type: 'service.stop', correlationId: origin.correlationId });
    });
  }

  /** The intention for a service with a holder. Throws ServiceUnheldError. */
  #held(id: ServiceId): ServiceIntention | null {
    const { holders, spec } = this.#service(id).getSnapshot().context;
    if (isOrphan({ holders })) throw new OrphanServiceError(id);
    const known = this.#runtime.intentions.service(id) ?? null;
    if (holders.length === 0 && (known?.holder ?? null) === null) throw new ServiceUnheldError(id, spec.agentId);
    return known;
  }

  /** A host service that has never been intended to run is held first. */
  #send(id: ServiceId, type: 'service.start' | 'service.restart', { correlationId }: CommandOrigin): void {
    const holder = this.#runtime.intentions.service(id)?.holder ?? null;
    const service = this.#service(id);
    const { holders, spec } = service.getSnapshot().context;
    // Its last holder may have released it while the command was being saved: nobody needs it.
    if (holder === null && holders.length === 0) throw new ServiceUnheldError(id, spec.agentId);
    const isHeld = holder === null || holders.includes(holder);
    service.send(isHeld ? { type, correlationId } : { type: 'service.hold', holder, spec, correlationId });
  }

  #service(id: ServiceId): ServiceRef {
    const service = serviceRef(this.#runtime.root, id);
    if (service === undefined) throw new ServiceNotFoundError(id);
    return service;
  }

  /** For a service that was asked to stop. Throws ActorSetAsideError if it cannot. */
  isGone(id: ServiceId): boolean {
    const now = serviceRef(this.#runtime.root, id)?.getSnapshot();
    const isSetAside = now?.matches('failed') === true && now.context.intended === 'stopped';
    if (isSetAside) throw new ActorSetAsideError(serviceActorId(id));
    return this.#isDown(id);
  }

  #isDown(id: ServiceId): boolean {
    const now = serviceRef(this.#runtime.root, id)?.getSnapshot();
    return now === undefined || stateOf(now.value).state === 'stopped';
  }
}

/** The intention to replace the live process of a service, if it has one. */
export function restartIntention(service: ServiceRef, known: ServiceIntention | null): ServiceIntention {
  const { spec, launch, generation } = service.getSnapshot().context;
  const blank = { subject: serviceActorId(spec.id), holder: null, spec };
  return { ...(known ?? blank), intended: 'running', atLeast: (launch?.generation ?? generation) + 1 };
}

/**
 * The intention to stop a service; none if nothing references it, since it is about to be removed then. A stopped agent
 * references its services too: it may be started while this is being saved.
 */
function stopIntention(intentions: Intentions, spec: ServiceSpec): readonly ServiceIntention[] {
  const known = intentions.service(spec.id) ?? { subject: serviceActorId(spec.id), holder: null, spec, atLeast: 0 };
  const isOfAgent = intentions.agentsWith(spec.id).some(({ isDeleted }) => isDeleted !== true);
  return isOfAgent || known.holder !== null ? [{ ...known, intended: 'stopped' }] : [];
}

/**
 * What remains of the intention when its holder releases the service: a stop command for a service with other holders
 * outlives the holder.
 */
function intentionWithout(
  holder: SoleHolder,
  known: ServiceIntention | undefined,
  holders: readonly Holder[],
): Pick<Accepted, 'put' | 'drop'> {
  if (known === undefined || (known.holder !== null && known.holder !== holder)) return {};
  const isHeldByOthers = holders.some((other) => other !== holder);
  if (known.intended === 'running' || !isHeldByOthers) return { drop: [known.subject] };
  return { put: [{ ...known, holder: null }] };
}
