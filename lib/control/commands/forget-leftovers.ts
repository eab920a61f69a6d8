import { serviceActorId } from '../../actors/service/context.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import { HostClosingError } from '../../model/errors.ts';
import { pinSubject } from '../../model/intention.ts';
import { parseServiceId, type AgentId, type ServiceId } from '../../model/values/ids.ts';
import { serviceRef, serviceRefs } from '../actors.ts';
import { hostEvent } from '../journal/events.ts';
import { Intentions } from '../intentions.ts';
import type { Runtime } from '../runtime.ts';
import { isOrphan } from './ensure-actors.ts';

/**
 * The services of an agent that no intention references once the agent has this plan (null: once it is gone),
 * whatever commands they got individually.
 */
export function unreferencedServices(
  intentions: Intentions,
  id: AgentId,
  next: AgentPlan | null,
): readonly ServiceSpec[] {
  const dropped = (intentions.agent(id)?.plan.services ?? []).filter(
    (spec) => next?.services.some((one) => one.id === spec.id) !== true,
  );
  if (dropped.length === 0) return []; // so that the start of an agent does not cost more the more agents there are
  const others = intentions.agents().filter(({ plan, isDeleted }) => plan.id !== id && isDeleted !== true);
  const held = intentions.services().filter(({ holder }) => holder !== null);
  const entries = new Intentions([...others, ...held]).entries();
  return dropped.filter((spec) => !entries.has(spec.id));
}

/** Removes a service: its actor, its pin, and its ports, which others may have then. */
export function removeService(runtime: Runtime, id: ServiceId): void {
  runtime.root.send({ type: 'supervisor.remove', actorId: serviceActorId(id) });
  releasePorts(runtime, id);
  if (runtime.intentions.pin(id) !== null) forgetPin(runtime, id);
}

function forgetPin(runtime: Runtime, id: string): void {
  const { commandLog, intentions, journal, root, ports } = runtime;
  const forgotten = commandLog.run([id], async () => {
    const pin = intentions.pin(id);
    const isBack = serviceRef(root, id) !== undefined || intentions.entries().has(parseServiceId(id));
    if (pin === null || isBack) return;
    const detail = { version: null, was: pin.version, removed: true };
    const event = { ...hostEvent('service.version_unpinned', ports.clock.now(), detail), serviceId: id };
    const subject = pinSubject(id);
    await journal.write([event], (entries) =>
      ports.store.commitIntentions({ put: [], drop: [subject], journal: entries }),
    );
    intentions.drop(subject);
  });
  forgotten.catch((error: unknown) => {
    if (error instanceof HostClosingError) return; // the next host does it
    ports.log.warn({ err: error, service: id }, 'the pin of a removed service cannot be removed yet; will retry');
  });
}

function releasePorts({ ports: { portRegistry, log } }: Runtime, id: ServiceId): void {
  portRegistry.release(id).catch((error: unknown) => {
    log.warn(
      { err: error, service: id },
      'the ports of a removed service are not free yet; they are freed as soon as the store can be written',
    );
  });
}

/** Releases what services that no longer exist have left: the store could not be written, or their host died. */
export function releaseLeftovers(runtime: Runtime): void {
  const entries = runtime.intentions.entries();
  for (const id of runtime.intentions.pinned()) {
    if (!entries.has(parseServiceId(id)) && serviceRef(runtime.root, id) === undefined) forgetPin(runtime, id);
  }
  for (const id of runtime.ports.portRegistry.owners()) {
    if (!entries.has(id) && serviceRef(runtime.root, id) === undefined) releasePorts(runtime, id);
  }
}

/** Removes an unreferenced service once its process is gone. */
export async function forgetWhenGone(runtime: Runtime, id: ServiceId): Promise<void> {
  const { root, changes, intentions } = runtime;
  const actorId = serviceActorId(id);
  await changes.until(actorId, () => {
    const now = serviceRef(root, id)?.getSnapshot();
    const isHeld = now !== undefined && now.context.holders.length > 0 && !isOrphan(now.context);
    return now === undefined || (!isHeld && now.matches('stopped'));
  });
  if (!intentions.entries().has(id)) removeService(runtime, id);
}

/** The same for services that an earlier host left behind: only their actors exist, or only their ports. */
export function forgetLeftovers(runtime: Runtime): void {
  releaseLeftovers(runtime);
  const entries = runtime.intentions.entries();
  for (const ref of serviceRefs(runtime.root)) {
    const { id } = ref.getSnapshot().context.spec;
    if (!entries.has(id)) void forgetWhenGone(runtime, id);
  }
}
