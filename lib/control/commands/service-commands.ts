import { serviceActorId } from '../../actors/service/context.ts';
import { ActorSetAsideError, ServiceNotFoundError, ServiceUnheldError } from '../../model/errors.ts';
import type { Intended, ServiceIntention } from '../../model/intention.ts';
import { revisionOf } from '../../model/policy/revision.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import { stateOf } from '../../model/states.ts';
import type { Holder, ServiceId } from '../../model/values/ids.ts';
import { serviceRef, type ServiceRef } from '../actors.ts';
import type { CommandOrigin } from '../control.ts';
import type { Runtime } from '../runtime.ts';
import type { Accepted } from './command-log.ts';
import { assertServicesFree, ensure } from './ensure-actors.ts';
import { alreadyAccepted } from './idempotency.ts';

/** A holder that is no agent. */
type SoleHolder = 'io' | 'host';

/** Commands about single services: durable first, as those about agents. */
export class ServiceCommands {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Makes `holder` hold the service; it comes up if it is not, unless it is only to be known. */
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

  /** Gives a held service a new spec: policies hold at once, the rest from its next launch on. */
  async configure(known: ServiceIntention, spec: ServiceSpec, origin: CommandOrigin): Promise<void> {
    const { commandLog, root } = this.#runtime;
    await commandLog.run([spec.id], async () => {
      const event = { type: 'service.configured', serviceId: spec.id, detail: { revision: revisionOf(spec) } };
      await commandLog.accept({ put: [{ ...known, spec }], event }, origin);
      serviceRef(root, spec.id)?.send({ type: 'service.configure', spec });
    });
  }

  /** Lets `holder` go of the service and forgets it when nobody else holds it. Resolves when that is done. */
  async release(id: ServiceId, holder: SoleHolder, origin: CommandOrigin): Promise<void> {
    await this.#runtime.commandLog.run([id], () => this.letGo(id, holder, origin));
  }

  /** Resolves when it is durable and given that `holder` lets go; who calls sees to it that the service is forgotten. */
  async acceptRelease(id: ServiceId, holder: SoleHolder, origin: CommandOrigin): Promise<void> {
    await this.#runtime.commandLog.run([id], () => this.#acceptRelease(id, holder, origin));
  }

  /** The whole release, within the lock of the service. */
  async letGo(id: ServiceId, holder: SoleHolder, origin: CommandOrigin): Promise<void> {
    const { root, changes, intentions } = this.#runtime;
    if (alreadyAccepted(origin) === undefined) await this.#acceptRelease(id, holder, origin);
    else if (serviceRef(root, id) === undefined) return;
    else if (intentions.service(id)?.holder === holder) return; // somebody holds it again
    const actorId = serviceActorId(id);
    const isHeld = (): boolean => (serviceRef(root, id)?.getSnapshot().context.holders ?? []).length > 0;
    const isThrough = (): boolean => isHeld() || this.isGone(id);
    await changes.actWhen(actorId, isThrough, () => {
      if (!isHeld()) root.send({ type: 'supervisor.remove', actorId });
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

  /** Lets a service run that is held by somebody, at once, whatever timer it waits for. */
  async start(id: ServiceId, origin: CommandOrigin): Promise<void> {
    const { commandLog } = this.#runtime;
    await commandLog.run([id], async () => {
      if (alreadyAccepted(origin) !== undefined) return;
      const known = this.#held(id);
      const isSole = known !== null && known.holder !== null;
      // What the agents that hold it intend counts again.
      const change = isSole ? { put: [{ ...known, intended: 'running' as const }] } : { drop: [serviceActorId(id)] };
      await commandLog.accept(
        { ...change, event: { type: 'service.start_requested', serviceId: id, detail: {} } },
        origin,
      );
      this.#send(id, 'service.start', origin);
    });
  }

  /** Ends the process of a service and launches it anew; starts one that is down. A host that dies on the way does not forget it. */
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

  /** Stops one service by hand; it stays down until it, or an agent that holds it, is started. Resolves when it is gone. */
  async stop(id: ServiceId, origin: CommandOrigin): Promise<void> {
    const { changes, root } = this.#runtime;
    await this.acceptStop(id, origin);
    await changes.until(serviceActorId(id), () => {
      // A later start wins over this stop; its caller must not wait for ever.
      return this.isGone(id) || serviceRef(root, id)?.getSnapshot().context.intended === 'running';
    });
  }

  /** Resolves when a stop is durable and given. */
  async acceptStop(id: ServiceId, origin: CommandOrigin): Promise<void> {
    const { commandLog, intentions } = this.#runtime;
    await commandLog.run([id], async () => {
      if (alreadyAccepted(origin) !== undefined) return;
      const { spec, intended, holders } = this.#service(id).getSnapshot().context;
      if (intended === 'stopped' && this.#isDown(id)) return;
      const known = intentions.service(id) ?? { subject: serviceActorId(spec.id), holder: null, spec, atLeast: 0 };
      // Of a service that nobody holds there is nothing to remember: it is on its way out.
      const isHeld = holders.length > 0 || known.holder !== null;
      const put = isHeld ? [{ ...known, intended: 'stopped' as const }] : [];
      const event = { type: 'service.stop_requested', serviceId: id, detail: {} };
      await commandLog.accept({ put, event }, origin);
      this.#service(id).send({ type: 'service.stop', correlationId: origin.correlationId });
    });
  }

  /** The intention about a service that somebody holds. Throws ServiceUnheldError. */
  #held(id: ServiceId): ServiceIntention | null {
    const { holders, spec } = this.#service(id).getSnapshot().context;
    const known = this.#runtime.intentions.service(id) ?? null;
    if (holders.length === 0 && (known?.holder ?? null) === null) throw new ServiceUnheldError(id, spec.agentId);
    return known;
  }

  /** A host service that was never to run before is claimed first. */
  #send(id: ServiceId, type: 'service.start' | 'service.restart', { correlationId }: CommandOrigin): void {
    const holder = this.#runtime.intentions.service(id)?.holder ?? null;
    const service = this.#service(id);
    const { holders, spec } = service.getSnapshot().context;
    // Its last holder may have let go of it while the command was made durable: it is started for nobody.
    if (holder === null && holders.length === 0) throw new ServiceUnheldError(id, spec.agentId);
    const isHeld = holder === null || holders.includes(holder);
    service.send(isHeld ? { type, correlationId } : { type: 'service.hold', holder, spec, correlationId });
  }

  #service(id: ServiceId): ServiceRef {
    const service = serviceRef(this.#runtime.root, id);
    if (service === undefined) throw new ServiceNotFoundError(id);
    return service;
  }

  /** Of a service that was told to stop. Throws ActorSetAsideError: it will not get there. */
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

/** The intention that the live process of a service, if there is one, gives way to another. */
export function restartIntention(service: ServiceRef, known: ServiceIntention | null): ServiceIntention {
  const { spec, launch, generation } = service.getSnapshot().context;
  const blank = { subject: serviceActorId(spec.id), holder: null, spec };
  return { ...(known ?? blank), intended: 'running', atLeast: (launch?.generation ?? generation) + 1 };
}

/** What is left of the intention when its holder lets go: that a person stopped a service which others hold outlives the holder. */
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
