import type { ServiceContext } from '../../actors/service/context.ts';
import { ServiceConflictError } from '../../model/errors.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import { serviceRef, type SupervisorRef } from '../actors.ts';

/** Creates the missing actors for these specs and plans; none of them acts on its own. */
export function ensure(root: SupervisorRef, services: readonly ServiceSpec[], agents: readonly AgentPlan[]): void {
  const entries = services.map((spec) => ({ spec, holders: [], intended: 'stopped' as const }));
  root.send({ type: 'supervisor.ensure', services: entries, agents });
}

/** Whether only a process without an intention makes the service exist. */
export function isOrphan({ holders }: Pick<ServiceContext, 'holders'>): boolean {
  return holders.length > 0 && holders.every((holder) => holder === 'orphan');
}

/** Throws ServiceConflictError if the id of one of the specs belongs to another service. */
export function assertServicesFree(root: SupervisorRef, services: readonly ServiceSpec[]): void {
  for (const spec of services) {
    const context = serviceRef(root, spec.id)?.getSnapshot().context;
    if (context === undefined || isOrphan(context)) continue; // an orphan belongs to the first plan that names it
    const { spec: present } = context;
    const isShared = spec.agentId === null;
    if (present.kind === spec.kind && (isShared || present.agentId === spec.agentId)) continue;
    const owner = present.agentId === null ? 'no agent' : `agent "${present.agentId}"`;
    throw new ServiceConflictError(
      `Service id "${spec.id}" is already used by a service of kind "${present.kind}" that belongs to ${owner}. Choose another id.`,
    );
  }
}
