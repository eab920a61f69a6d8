import { expect } from 'chai';
import { effort } from '../../support/effort.ts';
import { Program } from '../../support/program.ts';
import { closeStores, newStoreFile, openedStore } from '../../support/store/opened-store.ts';

const WRITER = new URL('../../support/store/store-writer.ts', import.meta.url);
const KILLS = effort(8, 20);

/** Lets a writer run until it has acknowledged `count` events, kills it, and returns all acknowledged numbers. */
async function killedWriter(file: string, count: number): Promise<number[]> {
  const writer = new Program(WRITER, [file]);
  const acknowledged: number[] = [];
  for (;;) {
    const seq = await writer.next();
    if (seq === null) return acknowledged;
    acknowledged.push(Number(seq));
    if (acknowledged.length === count) await writer.kill();
  }
}

describe('A store whose process is killed', () => {
  afterEach(closeStores);

  it(`has every acknowledged write and no partial one, after ${KILLS} kills`, async function () {
    this.timeout(120_000);
    const file = newStoreFile();
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const acknowledged = await killedWriter(file, 7 * kill);
      expect(acknowledged).to.have.length.of.at.least(7 * kill);
      const store = await openedStore({ file });
      const first = Math.min(...acknowledged);
      const kept = await store.actors.history({ after: first - 1, limit: 1000 });
      expect(kept.map((entry) => entry.seq)).to.include.members(acknowledged);
      const actors = new Set((await store.actors.loadActors()).map((row) => row.path));
      for (const { seq } of kept) expect(actors.has(`n${seq}`), `actor of fact ${seq}`).to.equal(seq % 5 !== 0);
      for (const { seq } of kept) actors.delete(`n${seq}`);
      const unexplained = [...actors].filter((path) => Number(path.slice(1)) >= first);
      expect(unexplained).to.deep.equal([]);
      const hasIntentions = kept.some(({ seq }) => seq % 5 === 0);
      if (hasIntentions) expect(await store.actors.loadIntentions()).to.have.length.of.at.least(1);
      expect(store.recoveredFrom).to.equal(null);
      await store.close();
    }
  });
});
