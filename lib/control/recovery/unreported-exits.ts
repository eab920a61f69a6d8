import type { Snapshot } from 'xstate';
import { serviceActorId } from '../../actors/service/context.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import type { Instant } from '../../model/values/time.ts';
import type { ActorStore } from '../../ports/actor-store.ts';
import type { ProcessHost } from '../../ports/process-host.ts';

type Statuses = Awaited<ReturnType<ProcessHost['survey']>>;

const PAGE = 1000;

/**
 * The facts without the exits that are in the journal already. A service that was removed and is intended again starts
 * at generation 0, but its launches stay in the ledger: the exit of the last one must not be reported again, not even when the
 * journal no longer goes back to it, because the ledger keeps its launches longer than the journal its events.
 */
export async function unreportedAmong(
  statuses: Statuses,
  kept: Snapshot<unknown> | null,
  store: ActorStore,
): Promise<Statuses> {
  const unreported = new Map(statuses);
  const among = [...statuses].filter(([id, { generation }]) => generation > keptGeneration(kept, id));
  const begin = among.length === 0 ? null : await beginOfJournal(store);
  for (const [serviceId, status] of among) {
    if (status.status !== 'exited') continue;
    const isForgotten = begin !== null && status.exit.at < begin;
    if (isForgotten || (await isReported(serviceId, status.generation, store))) unreported.delete(serviceId);
  }
  return unreported;
}

function keptGeneration(kept: Snapshot<unknown> | null, serviceId: ServiceId): number {
  // The composed snapshot of the root: its children are services, with this context, and agents.
  const root = kept as { readonly children: Record<string, { snapshot: { context: { generation?: number } } }> } | null;
  return root?.children[serviceActorId(serviceId)]?.snapshot.context.generation ?? 0;
}

/** Null: there are no events. */
async function beginOfJournal(store: ActorStore): Promise<Instant | null> {
  const [oldest] = await store.history({ after: 0, limit: 1 });
  return oldest?.at ?? null;
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
