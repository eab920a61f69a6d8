import { memoryStore } from '../../support/store/memory-store.ts';
import {
  actorCommit,
  actorRow,
  describeActorStore,
  expectUnavailable,
  intentionCommit,
} from '../../support/store/store-contract.ts';
import { expect } from 'chai';

describeActorStore('The memory store', () => Promise.resolve(memoryStore()));

describe('The memory store', () => {
  it('rejects writes and probes while it is broken', async () => {
    const store = memoryStore();
    store.breakDown('SQLITE_FULL');
    const error = await expectUnavailable(store.commitActors(actorCommit({ upserts: [actorRow('a')] })));
    expect(error.message).to.contain('SQLITE_FULL');
    await expectUnavailable(store.probe());
    store.heal();
    await store.probe();
    expect(await store.loadActors()).to.deep.equal([]);
  });

  it('holds writes until they are released, in the order of the calls', async () => {
    const store = memoryStore();
    store.holdWrites();
    const writes = ['a', 'b'].map((path) => store.commitActors(actorCommit({ upserts: [actorRow(path)] })));
    expect(await store.loadActors()).to.deep.equal([]);
    store.releaseWrites();
    await Promise.all(writes);
    expect((await store.loadActors()).map((row) => row.path)).to.deep.equal(['a', 'b']);
  });

  it('reports the result and the writer of each write', async () => {
    const store = memoryStore();
    const told: string[] = [];
    store.onWrite = ({ writer, error }) => told.push(`${writer} ${error === null ? 'durable' : 'refused'}`);
    await store.commitActors(actorCommit({ upserts: [actorRow('a')] }));
    await store.commitIntentions(intentionCommit({}));
    store.breakDown();
    await store.quarantine([{ row: actorRow('a'), reason: 'bad' }], 1);
    expect(told).to.deep.equal(['flush durable', 'command durable', 'quarantine refused']);
  });

  it('quarantines rows that it could not quarantine before as soon as a probe succeeds', async () => {
    const store = memoryStore();
    await store.commitActors(actorCommit({ upserts: [actorRow('a')] }));
    store.breakDown();
    await store.quarantine([{ row: actorRow('a'), reason: 'bad' }], 1);
    expect(await store.loadActors()).to.have.length(1);
    store.heal();
    await store.probe();
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.quarantined).to.have.length(1);
    expect(await store.loadActors()).to.deep.equal([]);
  });
});
