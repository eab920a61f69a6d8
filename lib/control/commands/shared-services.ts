import { serviceActorId } from '../../actors/service/context.ts';
import type { ServiceIntention } from '../../model/intention.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import { serviceRef } from '../actors.ts';
import type { Runtime } from '../runtime.ts';
import { isOrphan } from './ensure-actors.ts';

/** Whether the service of a plan is a coreio that agents share. */
export function isShared({ agentId }: ServiceSpec): boolean {
  return agentId === null;
}

/**
 * The intention that a shared coreio runs until `/api/io/{id}/stop`, whoever else holds it. One that agents already
 * hold keeps its spec.
 */
export function heldIntention({ root, intentions }: Runtime, spec: ServiceSpec): ServiceIntention {
  const present = serviceRef(root, spec.id)?.getSnapshot().context;
  const isKept = present !== undefined && present.holders.length > 0 && !isOrphan(present);
  const atLeast = intentions.service(spec.id)?.atLeast ?? 0;
  const kept = isKept ? present.spec : spec;
  return { subject: serviceActorId(spec.id), intended: 'running', holder: 'io', spec: kept, atLeast };
}

/** Makes the actors of the shared services of a plan hold what their intentions say. */
export function holdShared({ root, intentions }: Runtime, plan: AgentPlan, correlationId: string): void {
  for (const { id } of plan.services.filter(isShared)) {
    const service = serviceRef(root, id);
    const intention = intentions.service(id);
    if (service === undefined || intention?.holder !== 'io' || intention.intended === 'stopped') continue;
    if (service.getSnapshot().context.holders.includes('io')) continue;
    service.send({ type: 'service.hold', holder: 'io', spec: intention.spec, correlationId });
  }
}
