import type { Snapshot } from 'xstate';
import { serviceActorId } from '../../actors/service/context.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import type { ActorStore } from '../../ports/actor-store.ts';
import type { ProcessHost } from '../../ports/process-host.ts';

type Statuses = Awaited<ReturnType<ProcessHost['survey']>>;

const PAGE = 1000;

/**
 * The facts without the exits that are in the journal already. A service that was removed and is intended again starts
 * at generation 0, but its launches stay in the ledger: the exit of the last one must not be reported again.
 */
export async function unreportedAmong(
  statuses: Statuses,
  kept: Snapshot<unknown> | null,
  store: ActorStore,
): Promise<Statuses> {
  const unreported = new Map(statuses);
  for (const [serviceId, { status, generation }] of statuses) {
    if (status !== 'exited' || generation <= keptGeneration(kept, serviceId)) continue;
    if (await isReported(serviceId, generation, store)) unreported.delete(serviceId);
  }
  return unreported;
}

function keptGeneration(kept: Snapshot<unknown> | null, serviceId: ServiceId): number {
  // The composed snapshot of the root: its children are services, with this context, and agents.
  const root = kept as { readonly children: Record<string, { snapshot: { context: { generation?: number } } }> } | null;
  return root?.children[serviceActorId(serviceId)]?.snapshot.context.generation ?? 0;
}

async function isReported(serviceId: ServiceId, generation: number, store: ActorStore): Promise<boolean> {
  let after = 0;
  for (;;) {
    const page = await store.history({ after, limit: PAGE, serviceId, type: 'process.exited' });
    if (page.some(({ detail }) => detail['generation'] === generation)) return true;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return false;
    after = last.seq;
  }
}
