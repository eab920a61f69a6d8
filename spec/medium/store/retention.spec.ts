import { expect } from 'chai';

import { openFeed } from '../../../lib/control/journal/feed.ts';
import type { JournalEntry } from '../../../lib/model/journal.ts';
import { ALL_EVENTS } from '../../../lib/model/values/event-filter.ts';
import { wallTimers } from '../../../lib/ports/wall-timers.ts';

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

  describe('with services that crash again and again', () => {
    const CYCLE = [
      { type: 'process.launched', from: null, to: null, detail: { version: '1.0.0' } },
      { type: 'process.exited', from: null, to: null, detail: { code: 3, class: 'code' } },
      { type: 'service.state_changed', from: 'starting', to: 'backoff', detail: { reason_code: 'exited' } },
      { type: 'service.state_changed', from: 'backoff', to: 'starting', detail: {} },
    ] as const;
    const retention = { uncondensed: 40 };

    function cycles(first: number, count: number, at: number, serviceId = 'flapping'): JournalEntry[] {
      return Array.from({ length: count * CYCLE.length }, (_, n) =>
        journalEntry(first + n, {
          at: at + n,
          ...CYCLE[n % CYCLE.length],
          cause: 'deadline',
          serviceId,
          agentId: 'pump1',
        }),
      );
    }
    const historyOf = async (store: OpenedStore, serviceId: string): Promise<readonly JournalEntry[]> =>
      store.actors.history({ after: 0, limit: 1000, serviceId });
    const write = (store: OpenedStore, journal: readonly JournalEntry[]): Promise<void> =>
      store.actors.commitActors(actorCommit({ journal }));

    it('keeps of older events the first and the last of each kind and day, and how many were between', async () => {
      const store = await openedStore({ retention });
      const yesterday = NOW - DAY;
      await write(store, cycles(1, 50, yesterday));
      await write(store, cycles(201, 50, NOW));
      await eventually(async () => {
        const kept = await historyOf(store, 'flapping');
        const old = kept.slice(0, -40);
        expect(old.map(({ seq }) => seq)).to.deep.equal([
          ...[1, 2, 3, 4, 197, 198, 199, 200],
          ...[201, 202, 203, 204, 357, 358, 359, 360],
        ]);
        expect(old.map(({ repeated = 0 }) => repeated)).to.deep.equal([
          ...[0, 0, 0, 0, 48, 48, 48, 48],
          ...[0, 0, 0, 0, 38, 38, 38, 38],
        ]);
        expect(kept.slice(-40).map(({ seq }) => seq)).to.deep.equal(Array.from({ length: 40 }, (_, n) => 361 + n));
      });
    });

    it('counts on where it has counted before', async () => {
      const store = await openedStore({ retention });
      let seq = 1;
      for (let round = 0; round < 10; round += 1, seq += 200) {
        await write(store, cycles(seq, 50, NOW + seq));
        await store.actors.probe();
      }
      await eventually(async () => {
        const kept = await historyOf(store, 'flapping');
        expect(kept).to.have.length(48);
        const exits = kept.filter(({ type }) => type === 'process.exited');
        expect(exits.reduce((sum, { repeated = 0 }) => sum + 1 + repeated, 0)).to.equal(500);
        expect(kept.at(-1)?.seq).to.equal(2000);
      });
    });

    it('gives a reader what follows, in rising order, also after a number whose event is gone', async () => {
      const store = await openedStore({ retention });
      await write(store, cycles(1, 100, NOW));
      await eventually(async () => {
        expect(await historyOf(store, 'flapping')).to.have.length(48);
      });
      const expected = [...[357, 358, 359, 360], ...Array.from({ length: 40 }, (_, n) => 361 + n)];
      const pages: number[] = [];
      for (let after = 50; ;) {
        const page = await store.actors.history({ after, limit: 7 });
        pages.push(...page.map(({ seq }) => seq));
        if (page.length === 0) break;
        after = page.at(-1)?.seq ?? after;
      }
      expect(pages).to.deep.equal(expected);
      const feed = await openFeed({
        store: store.actors,
        timers: wallTimers,
        newest: 400,
        numbered: () => 400,
        capacity: 10,
      });
      const read: unknown[] = [];
      const query = { start: { type: 'after', seq: 50 }, filter: ALL_EVENTS } as const;
      for await (const { items, position } of feed.read(query, new AbortController().signal)) {
        read.push(...items.map((item) => (item.type === 'event' ? item.entry.seq : item.type)));
        if (position === 400) break;
      }
      feed.close();
      expect(read).to.deep.equal(expected);
    });

    it('keeps what differs, commands of others, and every other service', async () => {
      const store = await openedStore({ retention });
      const others = [
        journalEntry(1, { serviceId: 'calm', type: 'process.exited', detail: { code: 1 } }),
        journalEntry(2, { serviceId: 'calm', type: 'service.restart_requested', cause: 'command' }),
        journalEntry(3, { serviceId: 'flapping', type: 'process.exited', detail: { code: 7, class: 'code' } }),
        journalEntry(4, { serviceId: null, agentId: null, type: 'host.started' }),
        ...['anna', 'ben', 'anna', 'anna'].map((actor, n) => {
          const source = { actor, address: null, tool: 'cli' };
          return journalEntry(5 + n, {
            serviceId: 'flapping',
            type: 'service.stop_requested',
            cause: 'command',
            source,
            detail: {},
          });
        }),
      ];
      await write(store, others);
      await write(store, cycles(101, 500, NOW));
      await eventually(async () => {
        const kept = await store.actors.history({ after: 0, before: 101, limit: 100 });
        expect(kept.map(({ seq, repeated = 0 }) => [seq, repeated])).to.deep.equal([
          ...[1, 2, 3, 4].map((seq) => [seq, 0]),
          ...[
            [5, 0],
            [6, 0],
            [8, 1],
          ], // the second of three commands of anna
        ]);
      });
    });

    it('condenses the events of an agent itself apart from those of its services', async () => {
      const store = await openedStore({ retention });
      const ofAgent = (seq: number, n: number): JournalEntry => {
        const [from, to] = n % 2 === 0 ? ['running', 'backoff'] : ['backoff', 'running'];
        return journalEntry(seq, { agentId: 'pump1', serviceId: null, type: 'agent.state_changed', from, to });
      };
      await write(
        store,
        Array.from({ length: 200 }, (_, n) => ofAgent(n + 1, n)),
      );
      await write(store, [journalEntry(201, { serviceId: 'calm', agentId: 'pump1', type: 'process.launched' })]);
      await eventually(async () => {
        const kept = await store.actors.history({ after: 0, limit: 100 });
        expect(kept.map(({ seq, repeated = 0 }) => [seq, repeated]).slice(0, 4)).to.deep.equal([
          ...[
            [1, 0],
            [2, 0],
            [159, 78],
            [160, 78],
          ],
        ]);
        expect(kept).to.have.length(45);
      });
    });

    it('counts rows and not numbers when it limits all events', async () => {
      const store = await openedStore({ retention: { ...retention, journalRows: 500 } });
      await write(store, [journalEntry(1, { serviceId: 'calm', type: 'process.launched' })]);
      for (let seq = 2; seq < 6_000; seq += 400) await write(store, cycles(seq, 100, NOW));
      await store.actors.probe();
      expect((await historyOf(store, 'calm')).map(({ seq }) => seq)).to.deep.equal([1]);
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
        ...{
          executablePath: '/x',
          version: null,
          intendedAt: NOW,
          pid: null,
          startTime: null,
          place: null,
          exit: null,
        },
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
