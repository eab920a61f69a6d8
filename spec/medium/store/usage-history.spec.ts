import { expect } from 'chai';

import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { UsageHistory, UsageRound } from '../../../lib/ports/process-usage.ts';
import { MemoryUsageHistory } from '../../support/store/memory-usage-history.ts';
import { closeStores, foreignConnection, openedStore } from '../../support/store/opened-store.ts';

const MINUTE = 60_000;
const BEGIN = 28_333_333 * MINUTE;
const PUMP = parseServiceId('pump');
const TANK = parseServiceId('tank');

function round(minute: number, more: Partial<UsageRound> = {}): UsageRound {
  const samples = [{ serviceId: PUMP, cpuPercent: 12.34, residentBytes: minute * 4096 }];
  return { at: BEGIN + minute * MINUTE, samples, keptSince: 0, forgotten: [], ...more };
}

async function inSqlite(): Promise<UsageHistory> {
  return (await openedStore()).usage;
}

for (const [where, open] of [
  ['in SQLite', inSqlite],
  ['in memory', () => Promise.resolve(new MemoryUsageHistory())],
] as const) {
  describe(`the resource usage of the last day ${where}`, () => {
    afterEach(closeStores);
    let history: UsageHistory;
    beforeEach(async () => {
      history = await open();
    });

    async function minutes(since = -Infinity, until = Infinity): Promise<readonly number[]> {
      const [from, to] = [Math.max(since, -1e6), Math.min(until, 1e6)];
      const samples = await history.of(PUMP, BEGIN + from * MINUTE, BEGIN + to * MINUTE);
      return samples.map(({ at }) => (at - BEGIN) / MINUTE);
    }

    it('returns the samples of a service by time, and nothing of others or of a minute without one', async () => {
      const tank = { serviceId: TANK, cpuPercent: null, residentBytes: 1024 };
      await history.add(round(3));
      await history.add(round(1, { samples: [...round(1).samples, tank] }));
      expect(await history.of(PUMP, 0, Infinity)).to.deep.equal([
        { at: BEGIN + MINUTE, cpuPercent: 12.34, residentBytes: 4096 },
        { at: BEGIN + 3 * MINUTE, cpuPercent: 12.34, residentBytes: 12_288 },
      ]);
      expect(await history.of(TANK, 0, Infinity)).to.deep.equal([
        { at: BEGIN + MINUTE, cpuPercent: null, residentBytes: 1024 },
      ]);
      expect(await minutes(1.5, 3)).to.deep.equal([3]);
      expect(await minutes(1, 2.9)).to.deep.equal([1]);
      expect(await minutes(4)).to.deep.equal([]);
    });

    it('knows nothing when it is new', async () => {
      expect(await minutes()).to.deep.equal([]);
      expect(await history.newest()).to.equal(null);
      expect(await history.sampled()).to.deep.equal(new Set());
    });

    it('replaces the samples of a minute by later ones', async () => {
      await history.add(round(1));
      await history.add(round(1, { samples: [{ serviceId: PUMP, cpuPercent: 1, residentBytes: 2048 }] }));
      expect((await history.of(PUMP, 0, Infinity)).map(({ residentBytes }) => residentBytes)).to.deep.equal([2048]);
    });

    it('deletes what is older than asked, and all of a service that is forgotten', async () => {
      for (const minute of [1, 2, 3]) await history.add(round(minute));
      await history.add(round(4, { keptSince: BEGIN + 2 * MINUTE }));
      expect(await minutes()).to.deep.equal([2, 3, 4]);
      expect(await history.newest()).to.equal(BEGIN + 4 * MINUTE);
      expect(await history.sampled()).to.deep.equal(new Set([PUMP]));
      const tank = { serviceId: TANK, cpuPercent: 0, residentBytes: 1024 };
      await history.add(round(5, { samples: [tank], forgotten: [PUMP] }));
      expect(await minutes()).to.deep.equal([]);
      expect(await history.sampled()).to.deep.equal(new Set([TANK]));
    });
  });
}

describe('the resource usage of the last day in SQLite', () => {
  afterEach(closeStores);

  it('survives that the store is closed', async () => {
    const first = await openedStore();
    await first.usage.add(round(1));
    await first.close();
    const { usage } = await openedStore({ file: first.file });
    expect(await usage.of(PUMP, 0, Infinity)).to.have.length(1);
  });

  it('deletes old samples without reading the others', async () => {
    const { file, usage } = await openedStore();
    await usage.add(round(1));
    const connection = foreignConnection(file);
    const plan = await connection.all('EXPLAIN QUERY PLAN DELETE FROM usage_sample WHERE minute < 5');
    expect(JSON.stringify(plan)).to.include('SEARCH usage_sample USING PRIMARY KEY (minute<?)');
  });
});
