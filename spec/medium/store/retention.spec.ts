import { expect } from 'chai';

import type { JournalEntry } from '../../../lib/model/journal.ts';

import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { closeStores, foreignConnection, openedStore, type OpenedStore } from '../../support/store/opened-store.ts';
import { actorCommit, actorRow, journalEntry } from '../../support/store/store-contract.ts';

const NOW = 1_700_000_000_000;
const DAY = 86_400_000;

function facts(first: number, last: number, at = NOW): JournalEntry[] {
  return Array.from({ length: last - first + 1 }, (_, n) => journalEntry(first + n, { at }));
}

async function bounds(store: OpenedStore): Promise<unknown> {
  const [row] = await foreignConnection(store.file).all('SELECT min(seq) AS first, max(seq) AS last FROM journal');
  return row;
}

describe('The history of a store', () => {
  afterEach(closeStores);

  it('is limited by rows, which are deleted from time to time', async () => {
    const store = await openedStore({ retention: { journalRows: 100 } });
    await store.actors.commitActors(actorCommit({ journal: facts(1, 900) }));
    await eventually(async () => {
      expect(await bounds(store)).to.deep.equal({ first: 801, last: 900 });
    });
    await store.actors.commitActors(actorCommit({ journal: facts(901, 1800) }));
    await store.actors.probe();
    expect(await bounds(store)).to.deep.equal({ first: 801, last: 1800 });
    await store.actors.commitActors(actorCommit({ journal: facts(1801, 1900) }));
    await eventually(async () => {
      expect(await bounds(store)).to.deep.equal({ first: 1801, last: 1900 });
    });
  });

  it('is limited by age, and a clock jump deletes nothing from the middle', async () => {
    const store = await openedStore();
    const old = NOW - 31 * DAY;
    const journal = [...facts(1, 5, old), ...facts(6, 7, NOW - 29 * DAY), ...facts(8, 9, old), ...facts(10, 10)];
    await store.actors.commitActors(actorCommit({ journal }));
    await eventually(async () => {
      const kept = await store.actors.history({ after: 0, limit: 100 });
      expect(kept.map(({ seq }) => seq)).to.deep.equal([6, 7, 8, 9, 10]);
    });
  });

  it('keeps its last number if everything is old', async () => {
    const store = await openedStore({ retention: { journalRows: 1 } });
    await store.actors.commitActors(actorCommit({ journal: facts(1, 50, NOW - 400 * DAY) }));
    await eventually(async () => {
      expect(await bounds(store)).to.deep.equal({ first: 50, last: 50 });
    });
    await store.close();
    expect(await (await openedStore({ file: store.file })).actors.lastSeq()).to.equal(50);
  });

  it('keeps idempotency records for a day, up to a maximum', async () => {
    const store = await openedStore({ retention: { idempotencyRecords: 2 } });
    const record = { fingerprint: 'f', subject: null, answer: null };
    for (const [key, at] of [
      ['old', NOW - DAY - 1],
      ['a', NOW - DAY],
      ['b', NOW],
      ['c', NOW],
    ] as const) {
      await store.actors.keepIdempotencyRecord({ ...record, key, at });
    }
    await store.close();
    const { actors } = await openedStore({ file: store.file, retention: { idempotencyRecords: 2 } });
    await actors.commitActors(actorCommit({ journal: facts(1, 1) }));
    await eventually(async () => {
      const kept = await Promise.all(['old', 'a', 'b', 'c'].map((key) => actors.idempotencyRecord(key)));
      expect(kept.map((row) => row?.key)).to.deep.equal([undefined, undefined, 'b', 'c']);
    });
  });

  it('keeps the newest launches of each service, and always a live one', async () => {
    const store = await openedStore({ retention: { launches: 3 } });
    const intend = async (service: string, generation: number, isOver = true): Promise<void> => {
      const launchId = parseLaunchId(`${service}${generation}`.padStart(32, '0'));
      await store.ledger.intend({
        ...{ launchId, serviceId: parseServiceId(service), generation, state: 'intent', shim: 'node', bootId: 'b' },
        ...{ executablePath: '/x', version: null, intendedAt: NOW, pid: null, startTime: null, exit: null },
      });
      if (isOver) await store.ledger.exited(launchId, { code: 0, signal: null, at: NOW, isKnown: true });
    };
    for (let generation = 1; generation <= 6; generation += 1) await intend('a', generation);
    for (let generation = 1; generation <= 2; generation += 1) await intend('b', generation);
    for (let generation = 1; generation <= 5; generation += 1)
      await intend('c', generation, generation > 1 || undefined);
    await store.actors.commitActors(actorCommit({ upserts: [actorRow('x')], journal: facts(1, 1000) }));
    await eventually(async () => {
      const rows = await foreignConnection(store.file).all(
        `SELECT service_id AS id, group_concat(generation ORDER BY generation) AS kept FROM launch GROUP BY 1 ORDER BY 1`,
      );
      expect(rows).to.deep.equal([
        { id: 'a', kept: '4,5,6' },
        { id: 'b', kept: '1,2' },
        { id: 'c', kept: '3,4,5' },
      ]);
    });
  });
});
