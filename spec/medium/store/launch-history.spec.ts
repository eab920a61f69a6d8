import { expect } from 'chai';

import { parseLaunchId, parseServiceId, type ServiceId } from '../../../lib/model/values/ids.ts';
import type { LaunchEnd, LaunchEntry, LaunchHistory, PastLaunch } from '../../../lib/ports/launch-ledger.ts';
import { MemoryLaunchHistory } from '../../support/store/memory-launch-history.ts';
import { closeStores, openedStore } from '../../support/store/opened-store.ts';
import { actorCommit, actorRow, journalEntry } from '../../support/store/store-contract.ts';
import { eventually } from '../../support/eventually.ts';

const A = parseServiceId('a');
const ENV = { PATH: '/bin', TOKEN: 'secret' };
const EXIT = { code: 1, signal: null, at: 1_700_000_001_000, isKnown: true };
const TAIL = [{ at: null, stream: 'stderr', text: 'boom' }] as const;

function entry(generation: number, overrides: Partial<LaunchEntry> = {}): LaunchEntry {
  return {
    launchId: parseLaunchId(generation.toString(16).padStart(32, '0')),
    ...{
      serviceId: A,
      generation,
      state: 'exited',
      shim: 'native',
      bootId: 'b',
      executablePath: '/x',
      version: '1.0.0',
    },
    ...{ intendedAt: 1_700_000_000_000, pid: 7, startTime: '8', place: null, exit: EXIT },
    ...overrides,
  };
}

function end(change: Partial<LaunchEnd> = {}): LaunchEnd {
  return { class: 'code', cause: 'process.exited', isStable: false, outputTail: null, ...change };
}

const generations = (launches: readonly Pick<PastLaunch, 'generation'>[]): readonly number[] =>
  launches.map(({ generation }) => generation);

interface Subject {
  readonly history: LaunchHistory;
  readonly put: (entry: LaunchEntry) => Promise<void>;
}

async function inSqlite(): Promise<Subject> {
  const { launches, ledger } = await openedStore();
  return { history: launches, put: (one) => ledger.intend(one, { revision: 'r1', env: ENV }) };
}

function inMemory(): Subject {
  const history = new MemoryLaunchHistory();
  return {
    history,
    put: (one) => {
      history.launches.push({ ...one, launched: { revision: 'r1', env: ENV }, end: null });
      return Promise.resolve();
    },
  };
}

for (const [where, open] of [
  ['in SQLite', inSqlite],
  ['in memory', inMemory],
] as const) {
  describe(`The history of launches ${where}`, () => {
    let subject: Subject;

    beforeEach(async () => {
      subject = await open();
    });

    afterEach(closeStores);

    it('has what a launch was given, what it used and how it ended', async () => {
      const { history, put } = subject;
      const exit = { ...EXIT, usage: { maxRss: 4096, cpuMs: 12 } };
      await put(entry(3, { exit }));
      const launched = { revision: 'r1', env: ENV };
      expect(await history.one(A, 3)).to.deep.equal({ ...entry(3, { exit }), launched, end: null });
      expect(await history.withoutEnd()).to.deep.equal([{ serviceId: A, generation: 3 }]);
      await history.ended(A, 3, end({ isStable: true, outputTail: TAIL }));
      expect((await history.one(A, 3))?.end).to.deep.equal(end({ isStable: true, outputTail: TAIL }));
      expect(await history.withoutEnd()).to.deep.equal([]);
    });

    it('keeps the first end of a launch, and has none of an unknown one', async () => {
      const { history, put } = subject;
      await put(entry(1));
      await history.ended(A, 1, end());
      await history.ended(A, 1, end({ class: 'signal' }));
      await history.ended(A, 2, end());
      expect((await history.one(A, 1))?.end).to.deep.equal(end());
      expect(await history.one(A, 2)).to.equal(null);
    });

    it('is read from the newest on, in pages, without launches that never happened', async () => {
      const { history, put } = subject;
      for (const generation of [1, 2, 4]) await put(entry(generation));
      await put(entry(3, { state: 'revoked', exit: null }));
      await put({ ...entry(5), serviceId: parseServiceId('b') });
      expect(generations(await history.page(A, Number.MAX_SAFE_INTEGER, 2))).to.deep.equal([4, 2]);
      expect(generations(await history.page(A, 2, 2))).to.deep.equal([1]);
    });

    it('finds the last launch that failed, and the last one before another that was stable', async () => {
      const { history, put } = subject;
      expect(await history.lastFailed(A)).to.equal(null);
      for (const generation of [1, 2, 3, 4, 5]) await put(entry(generation));
      await history.ended(A, 1, end({ class: 'stopped', isStable: true }));
      await history.ended(A, 2, end({ isStable: true }));
      await history.ended(A, 3, end({ class: 'signal' }));
      await history.ended(A, 4, end({ class: 'clean' }));
      expect((await history.lastFailed(A))?.generation).to.equal(3);
      expect((await history.lastStable(A, 3))?.generation).to.equal(2);
      expect((await history.lastStable(A, 2))?.generation).to.equal(1);
      expect(await history.lastStable(A, 1)).to.equal(null);
    });
  });
}

describe('The history of launches in a store that deletes old launches', () => {
  afterEach(closeStores);

  it('keeps the last two stable launches, and the first that failed after them', async () => {
    const store = await openedStore({ retention: { launches: 2 } });
    const isStable = (serviceId: ServiceId, generation: number): boolean => serviceId === A && generation <= 4;
    for (const serviceId of [A, parseServiceId('b')]) {
      for (let generation = 1; generation <= 10; generation += 1) {
        const launchId = parseLaunchId(`${serviceId}${generation}`.padStart(32, '0'));
        await store.ledger.intend({ ...entry(generation), serviceId, launchId });
        const given = {
          isStable: isStable(serviceId, generation),
          class: generation < 4 ? 'stopped' : 'code',
        } as const;
        await store.launches.ended(serviceId, generation, end(given));
      }
    }
    const journal = Array.from({ length: 1_000 }, (_, index) => journalEntry(index + 1));
    await store.actors.commitActors(actorCommit({ upserts: [actorRow('x')], journal }));
    await eventually(async () => {
      const kept = async (id: ServiceId) => generations(await store.launches.page(id, 100, 100));
      expect(await kept(A)).to.deep.equal([10, 9, 4, 3]); // the fourth was stable, and then it failed
      expect(await kept(parseServiceId('b'))).to.deep.equal([10, 9, 4]);
    });
  });
});
