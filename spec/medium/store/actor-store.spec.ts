import { renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { expect } from 'chai';

import type { JournalQuery } from '../../../lib/model/journal.ts';
import { selectionOf } from '../../../lib/store/rows/journal-rows.ts';
import { closeStores, foreignConnection, openedStore } from '../../support/store/opened-store.ts';
import {
  actorCommit,
  actorRow,
  agentIntention,
  describeActorStore,
  expectUnavailable,
  journalEntry,
  serviceIntention,
  intentionCommit,
} from '../../support/store/store-contract.ts';

describe('The SQLite store', () => {
  afterEach(closeStores);

  describeActorStore('The SQLite store', async () => (await openedStore()).actors);

  it('has everything after it was opened again', async () => {
    const store = await openedStore();
    const { file, actors } = store;
    await actors.commitActors(actorCommit({ upserts: [actorRow('z'), actorRow('a')], journal: [journalEntry(7)] }));
    await actors.commitIntentions(intentionCommit({ put: [serviceIntention('io'), agentIntention('pump1')] }));
    await store.close();
    const again = await openedStore({ file });
    expect(await again.actors.loadActors()).to.deep.equal([actorRow('z'), actorRow('a')]);
    expect(await again.actors.loadIntentions()).to.deep.equal([serviceIntention('io'), agentIntention('pump1')]);
    expect(await again.actors.history({ after: 0, limit: 5 })).to.deep.equal([journalEntry(7)]);
    expect(await again.actors.lastSeq()).to.equal(7);
    expect(again.recoveredFrom).to.equal(null);
  });

  it('creates its files for the owner only, and leaves an existing folder unchanged', async () => {
    const { file, actors } = await openedStore();
    await actors.probe();
    expect(statSync(dirname(file)).mode & 0o777).to.equal(0o700);
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(file + suffix).mode & 0o777, suffix).to.equal(0o600);
    const shared = dirname(dirname(file));
    const before = statSync(shared).mode;
    writeFileSync(`${shared}/other.db`, '', { mode: 0o644 });
    await openedStore({ file: `${shared}/other.db` });
    expect(statSync(`${shared}/other.db`).mode & 0o777).to.equal(0o600);
    expect(statSync(shared).mode).to.equal(before);
  });

  it('reads no more of a long journal than it returns, in either order and with any filter', async () => {
    const { file, actors } = await openedStore();
    await actors.probe();
    const filters: readonly Partial<JournalQuery>[] = [
      {},
      { serviceId: 'a' },
      { agentId: 'a' },
      { type: 'a' },
      { correlationId: 'a' },
      { correlationId: 'a', serviceId: 'a', type: 'a' },
    ];
    for (const filter of filters) {
      for (const order of ['oldest_first', 'newest_first'] as const) {
        const { rest, parameters } = selectionOf({ after: 0, before: 9, limit: 5, order, ...filter });
        const plan = await foreignConnection(file).all(
          `EXPLAIN QUERY PLAN SELECT * FROM journal ${rest}`,
          ...parameters,
        );
        const steps = plan.map((step) => (step as { detail: string }).detail).join('; '); // the column of a query plan
        const first = Object.keys(filter)[0]?.replace('Id', '');
        const index = first === undefined ? 'INTEGER PRIMARY KEY' : `INDEX journal_${first}`;
        expect(steps, JSON.stringify(filter))
          .to.match(/^SEARCH/)
          .and.contain(index)
          .and.not.contain('TEMP');
      }
    }
  });

  it('counts the revisions of an actor and stores when it was last written', async () => {
    const { file, actors } = await openedStore();
    for (const updatedAt of [1, 2, 3]) {
      await actors.commitActors(actorCommit({ upserts: [actorRow('a')], updatedAt }));
    }
    const rows = await foreignConnection(file).all('SELECT rev, updated_at FROM actor_snapshot');
    expect(rows).to.deep.equal([{ rev: 3, updated_at: 3 }]);
  });

  it('moves rows with a wrong shape to the quarantine with the reason, and loads the others', async () => {
    const { file, actors, log } = await openedStore();
    await actors.commitActors(
      actorCommit({
        upserts: ['a', 'b', 'c'].map((path) => actorRow(path)),
        journal: [1, 2, 3].map((n) => journalEntry(n)),
      }),
    );
    await actors.commitIntentions(intentionCommit({ put: ['a', 'b', 'c', 'd'].map((id) => agentIntention(id)) }));
    await foreignConnection(file).exec(`
      UPDATE actor_snapshot SET path = 'with/slash' WHERE path = 'b';
      UPDATE journal SET detail = '[1' WHERE seq = 2;
      UPDATE wish SET plan = json_set(plan, '$.services[1].settleMs', 'soon') WHERE subject = 'agent:b';
      UPDATE wish SET plan = json_set(plan, '$.surprise', 1) WHERE subject = 'agent:c';`);
    expect((await actors.loadActors()).map((row) => row.path)).to.deep.equal(['a', 'c']);
    expect((await actors.loadIntentions()).map((intention) => intention.subject)).to.deep.equal(['agent:a', 'agent:d']);
    expect((await actors.history({ after: 0, limit: 2 })).map((entry) => entry.seq)).to.deep.equal([1, 3]);

    const rows = await foreignConnection(file).all('SELECT source, reason, row, at FROM quarantine ORDER BY id');
    const moved = rows as { source: string; reason: string; row: string; at: number }[]; // the columns selected
    expect(moved.map(({ source }) => source)).to.deep.equal(['actor_snapshot', 'wish', 'wish', 'journal']);
    expect(moved[0]!.reason).to.contain('has no slash').and.contain('path');
    expect(moved[1]!.reason).to.contain('services[1].settleMs');
    expect(moved[2]!.reason).to.contain('surprise');
    expect(moved[3]!.reason).to.contain('detail');
    expect(JSON.parse(moved[0]!.row)).to.include({ path: 'with/slash', src: 'service' });
    expect(moved[0]!.at).to.equal(1_700_000_000_000);
    expect(log.records.filter(({ level }) => level === 'error')).to.have.length(4);
    const left = await foreignConnection(file).all(`SELECT count(*) AS n FROM wish`);
    expect(left).to.deep.equal([{ n: 2 }]);
  });

  it('keeps a quarantined actor with its reason for inspection', async () => {
    const { file, actors } = await openedStore();
    const row = actorRow('bad');
    await actors.commitActors(actorCommit({ upserts: [row] }));
    await actors.quarantine([{ row, reason: 'unknown state "gone"' }], 42);
    const [kept] = await foreignConnection(file).all('SELECT source, reason, row, at FROM quarantine');
    const expected = { source: 'actor_snapshot', reason: 'unknown state "gone"', row: JSON.stringify(row), at: 42 };
    expect(kept).to.deep.equal(expected);
  });

  it('rejects an intention that it could not read back', async () => {
    const { actors } = await openedStore();
    const bad = agentIntention('a', {
      plan: { ...agentIntention('a').plan, configPath: undefined as unknown as string },
    }); // a bug
    const error = await actors.commitIntentions(intentionCommit({ put: [bad] })).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error);
    expect(String(error)).to.contain('agent:a').and.contain('configPath');
    expect(await actors.loadIntentions()).to.deep.equal([]);
  });

  it('reports in a probe that the file was deleted or replaced, and that it is back', async () => {
    const { file, actors } = await openedStore();
    await actors.probe();
    renameSync(file, `${file}.away`);
    expect((await expectUnavailable(actors.probe())).message)
      .to.contain(file)
      .and.contain('removed, renamed');
    writeFileSync(file, '');
    expect((await expectUnavailable(actors.probe())).message).to.contain('replaced');
    renameSync(`${file}.away`, file);
    await actors.probe();
  });

  it('completes writes requested before a close, and rejects later ones', async () => {
    const store = await openedStore();
    const { file, actors } = store;
    const writes = [1, 2, 3].map((seq) => actors.commitActors(actorCommit({ journal: [journalEntry(seq)] })));
    await store.close();
    await Promise.all(writes);
    await store.close();
    const error = await expectUnavailable(actors.commitActors(actorCommit({ upserts: [actorRow('a')] })));
    expect(error.message).to.contain(file).and.contain('closed');
    await expectUnavailable(actors.loadActors());
    await expectUnavailable(actors.probe());
    expect(await (await openedStore({ file })).actors.lastSeq()).to.equal(3);
  });
});
