import type { LaunchView } from '../../api/schemas/launch.ts';
import type { Client } from '../../client/client.ts';
import { differencesOf } from '../../frontend/launches/words.ts';
import type { Lanes } from '../../frontend/timeline/lanes.ts';
import type { Period } from '../../frontend/timeline/period.ts';
import type { Difference, RanVersion, RanVersions } from '../content.ts';
import type { Launches } from './crashes.ts';
import { eachOf, partOf } from './part.ts';

/** The launches that the host still knows of these services. */
export async function readLaunches(
  client: Pick<Client, 'listLaunches'>,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Launches> {
  return new Map(
    await eachOf(ids, async (id) => {
      return [id, await partOf(() => client.listLaunches({ id, query: { limit: 100 }, signal }))] as const;
    }),
  );
}

function isWithin({ launched_at: begun, ended_at: ended }: LaunchView, { from, to }: Period): boolean {
  return Date.parse(begun) <= to && (ended === null || Date.parse(ended) >= from);
}

/** Launches, newest first, as the versions that ran one after the other, oldest first. */
export function versionsOf(launches: readonly LaunchView[], range: Period): readonly RanVersion[] {
  const found: RanVersion[] = [];
  for (const launch of [...launches].reverse()) {
    if (!isWithin(launch, range)) continue;
    const { version, executable, launched_at: from, ended_at: to } = launch;
    const last = found.at(-1);
    if (last?.version === version && last.executable === executable) {
      found[found.length - 1] = { ...last, to, launches: last.launches + 1 };
    } else found.push({ version, executable, from, to, launches: 1 });
  }
  return found;
}

/** How many launches the journal has of a service in the range. */
function launchesIn(lanes: Lanes | null, id: string): number {
  const marks = lanes?.services.get(id)?.marks ?? [];
  return marks.filter(({ kind }) => kind === 'launch').reduce((sum, { count }) => sum + count, 0);
}

/** The versions of each service that had a process in the range. */
export function ranVersions(launches: Launches, lanes: Lanes | null, range: Period): readonly RanVersions[] {
  return [...launches].flatMap(([serviceId, page]): readonly RanVersions[] => {
    if (page.type === 'unread') return [];
    const versions = versionsOf(page.value.launches, range);
    const begun = page.value.launches.filter(({ launched_at: at }) => {
      return Date.parse(at) >= range.from && Date.parse(at) <= range.to;
    });
    const forgotten = Math.max(0, launchesIn(lanes, serviceId) - begun.length);
    return versions.length === 0 && forgotten === 0 ? [] : [{ serviceId, versions, forgotten }];
  });
}

/** What the last failed launch of each of these services had in another way than the last stable one. */
export function differencesIn(launches: Launches, ids: readonly string[]): readonly Difference[] {
  return ids.flatMap((serviceId): readonly Difference[] => {
    const page = launches.get(serviceId);
    if (page?.type !== 'read' || page.value.comparison === null) return [];
    const { comparison } = page.value;
    const { failed, stable } = comparison;
    return [
      {
        serviceId,
        failed: failed.generation,
        stable: stable?.generation ?? null,
        sentences: differencesOf(comparison),
      },
    ];
  });
}
