import { ProblemError } from '../../client/client.ts';
import type { HealthView } from '../../api/schemas/host.ts';
import type { Client } from '../../client/client.ts';
import type { Snapshot, Views } from '../world/world.ts';
import type { Stale } from '../world/stale.ts';

type Reader = Pick<Client, 'listAgents' | 'listServices' | 'getAgent' | 'getService' | 'getHealth' | 'getSession'>;

/** All items of a paged list. */
async function allPages<T>(
  read: (cursor: string | undefined) => Promise<{ readonly items: readonly T[]; readonly next: string | null }>,
): Promise<readonly T[]> {
  const found: T[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await read(cursor);
    found.push(...items);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** Reads everything. */
export async function readSnapshot(client: Reader, signal: AbortSignal): Promise<Snapshot> {
  const [agents, services, health, session] = await Promise.all([
    allPages(async (cursor) => {
      const page = await client.listAgents({ query: { cursor }, signal });
      return { items: page.agents, next: page.next };
    }),
    allPages(async (cursor) => {
      const page = await client.listServices({ query: { cursor }, signal });
      return { items: page.services, next: page.next };
    }),
    client.getHealth({ signal }),
    client.getSession({ signal }),
  ]);
  return { agents, services, health, session };
}

/** Null if the host no longer knows it. */
async function known<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return null;
    throw error;
  }
}

async function views<T>(ids: ReadonlySet<string>, read: (id: string) => Promise<T>): Promise<Map<string, T | null>> {
  return new Map(await Promise.all([...ids].map(async (id) => [id, await known(read(id))] as const)));
}

/**
 * Reads the stale views again, and the health, of whose changes no event says anything. If it has other causes than
 * `before`, everything is read: a cause may be about services, such as that it is not known whether they run.
 */
export async function readStale(
  client: Reader,
  stale: Stale,
  before: HealthView | null,
  signal: AbortSignal,
): Promise<Snapshot | Views> {
  if (stale.type === 'everything') return readSnapshot(client, signal);
  const [health, agents, services] = await Promise.all([
    client.getHealth({ signal }),
    views(stale.agents, (id) => client.getAgent({ id, signal })),
    views(stale.services, (id) => client.getService({ id, signal })),
  ]);
  return isSame(before?.reasons, health.reasons) ? { health, agents, services } : readSnapshot(client, signal);
}

function isSame(before: HealthView['reasons'], now: HealthView['reasons']): boolean {
  return (before ?? []).join('\n') === (now ?? []).join('\n');
}
