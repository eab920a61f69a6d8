import { memoryStore } from '../../support/memory-store.ts';
import { actorCommit, actorRow, describeActorStore, expectUnavailable } from '../../support/store-contract.ts';
import { expect } from 'chai';

describeActorStore('The memory store', () => Promise.resolve(memoryStore()));

describe('The memory store', () => {
  it('refuses writes and probes while it is broken down', async () => {
    const store = memoryStore();
    store.breakDown('SQLITE_FULL');
    const error = await expectUnavailable(store.commitActors(actorCommit({ upserts: [actorRow('a')] })));
    expect(error.message).to.contain('SQLITE_FULL');
    await expectUnavailable(store.probe());
    store.heal();
    await store.probe();
    expect(await store.loadActors()).to.deep.equal([]);
  });

  it('holds writes back until they are released, in the order of the calls', async () => {
    const store = memoryStore();
    store.holdWrites();
    const writes = ['a', 'b'].map((path) => store.commitActors(actorCommit({ upserts: [actorRow(path)] })));
    expect(await store.loadActors()).to.deep.equal([]);
    store.releaseWrites();
    await Promise.all(writes);
    expect((await store.loadActors()).map((row) => row.path)).to.deep.equal(['a', 'b']);
  });
});
