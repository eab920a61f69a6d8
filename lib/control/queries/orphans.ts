import type { ServiceView } from '../../api/schemas/service.ts';
import { revisionOf } from '../../model/policy/revision.ts';
import type { Guarantees } from '../../model/process.ts';
import { isoOf } from '../../model/values/time.ts';
import type { Orphan } from '../../ports/process-host.ts';
import { serviceRef } from '../actors.ts';
import { orphanSpec } from '../recovery/orphan-services.ts';
import type { Runtime } from '../runtime.ts';
import { guaranteesView } from './views.ts';

/** An orphan that is left alone and whose service has no actor: nothing else is known about it. */
export type ForeignOrphan = Orphan & { readonly serviceId: NonNullable<Orphan['serviceId']> };

/** The live orphans without an actor, the newest of each service. */
export function foreignOrphans({ root, ports }: Pick<Runtime, 'root' | 'ports'>): readonly ForeignOrphan[] {
  const newest = new Map<string, ForeignOrphan>();
  for (const orphan of ports.processes.heldOrphans()) {
    const { serviceId } = orphan;
    if (serviceId === null || newest.has(serviceId) || serviceRef(root, serviceId) !== undefined) continue;
    newest.set(serviceId, { ...orphan, serviceId });
  }
  return [...newest.values()];
}

/** That of a service; null: there is none. */
export function foreignOrphan(runtime: Pick<Runtime, 'root' | 'ports'>, id: string): ForeignOrphan | null {
  return foreignOrphans(runtime).find(({ serviceId }) => serviceId === id) ?? null;
}

/** The wire form of such an orphan. It is running, but not intended to. */
export function foreignOrphanView(
  { serviceId, pid, place, generation, reason, foundAt }: ForeignOrphan,
  guarantees: Guarantees,
  isAlive = true,
): ServiceView {
  const spec = orphanSpec(serviceId, serviceId);
  return {
    ...{ id: serviceId, kind: spec.kind, agents: [], intended_state: 'stopped', substate: null },
    ...(isAlive ? { state: 'running', pid, place } : { state: 'stopped', pid: null, place: null }),
    ...{ generation: generation ?? 0, version: null, executable: null, config_path: null, restarts: 0 },
    ...{ started_at: null, since: isoOf(foundAt), last_exit: null, next: null, reason, reason_code: 'orphan' },
    ...{ ready: isAlive ? true : null, flapping: null, acknowledgement: null, pin: null },
    ...{ adopted: false, doubt: null, orphan: isAlive, revision: revisionOf(spec), running_revision: null },
    guarantees: guaranteesView({ ...guarantees, exactExit: false, treeComplete: false }),
  };
}
