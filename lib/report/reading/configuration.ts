import type { ConfigRevisionView } from '../../api/schemas/config.ts';
import type { Client } from '../../client/client.ts';
import type { Period } from '../../frontend/timeline/period.ts';
import { BOUNDS } from '../bounds.ts';
import type { AppliedConfiguration, Listed } from '../content.ts';
import { eachOf, partOf } from './part.ts';
import { concerns } from './scope.ts';
import type { Scope } from './scope.ts';

type Reader = Pick<Client, 'listConfigRevisions' | 'getConfigDiff'>;

/** The revisions of the range, newest first. */
async function revisionsIn(
  client: Reader,
  scope: Scope,
  { from, to }: Period,
  signal: AbortSignal,
): Promise<Listed<ConfigRevisionView>> {
  const items: ConfigRevisionView[] = [];
  let omitted = 0;
  let before: number | undefined;
  for (let page = 0; page < BOUNDS.pages; page += 1) {
    const { revisions, next } = await client.listConfigRevisions({ query: { before, limit: 1_000 }, signal });
    for (const revision of revisions) {
      const at = Date.parse(revision.at);
      const about = { agent_id: revision.agent_id ?? undefined, service_id: revision.service_id ?? undefined };
      if (at < from || at > to || !concerns(scope, about)) continue;
      if (items.length < BOUNDS.revisions) items.push(revision);
      else omitted += 1;
    }
    const oldest = revisions.at(-1);
    if (next === null || oldest === undefined || Date.parse(oldest.at) < from)
      return { items, omitted, isPartial: false };
    before = next;
  }
  return { items, omitted, isPartial: true };
}

/** The configurations that were applied in the range, newest first, and what each changed. */
export async function readConfigurations(
  client: Reader,
  scope: Scope,
  range: Period,
  signal: AbortSignal,
): Promise<Listed<AppliedConfiguration>> {
  const { items, ...rest } = await revisionsIn(client, scope, range, signal);
  const applied = await eachOf(items, async (revision) => ({
    revision,
    diff: await partOf(async () => {
      const { diffs } = await client.getConfigDiff({ query: { to: revision.number }, signal });
      return diffs.find(({ to }) => to.number === revision.number) ?? null;
    }),
  }));
  return { items: applied, ...rest };
}
