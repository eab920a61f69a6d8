import { expect } from 'chai';
import { historyOf } from '../../../lib/control/queries/history.ts';
import { closeStores, newStoreFile, openedStore } from '../../support/store/opened-store.ts';
import { journalEntry } from '../../support/store/store-contract.ts';

const FORWARDS = { after: 0, limit: 1000, order: 'oldest_first' } as const;
const whose = { serviceId: 'pump1-corerl' };
const detail = { substate: 'ready', reason: null, generation: 1 };
const events = [
  journalEntry(1, { from: 'stopped', to: 'starting', detail: { ...detail, substate: 'resolving', generation: 0 } }),
  journalEntry(2, { type: 'process.launched', from: null, to: null, detail: { pid: 4711, generation: 1 } }),
  journalEntry(3, { type: 'host.started', serviceId: null, agentId: null, detail: {} }),
  journalEntry(4, { serviceId: 'other' }),
  journalEntry(5, { detail }),
];

describe('the history in a store', () => {
  afterEach(closeStores);

  it('is still there when the store is opened again, and continues', async () => {
    const file = newStoreFile();
    const first = await openedStore({ file });
    await first.actors.commitActors({ upserts: [], removals: [], journal: events, updatedAt: 0 });
    await first.close();
    const { actors } = await openedStore({ file });
    const stopping = journalEntry(6, {
      from: 'running',
      to: 'stopping',
      detail: { ...detail, substate: 'terminating' },
    });
    await actors.commitActors({ upserts: [], removals: [], journal: [stopping], updatedAt: 0 });
    const { steps, initially, next } = await historyOf(whose, FORWARDS, actors);
    expect(steps.map(({ event, state, pid }) => [event.seq, state, pid])).to.deep.equal([
      [1, 'starting', null],
      [2, 'starting', 4711],
      [5, 'running', 4711],
      [6, 'stopping', 4711],
    ]);
    expect(initially.state).to.equal(null);
    expect(next).to.equal(null);
  });

  it('begins at an instant with the states until then', async () => {
    const { actors } = await openedStore();
    await actors.commitActors({ upserts: [], removals: [], journal: events, updatedAt: 0 });
    const since = events[4]?.at ?? 0;
    const { steps, initially } = await historyOf(whose, { ...FORWARDS, since }, actors);
    expect(steps.map(({ event }) => event.seq)).to.deep.equal([5]);
    expect(initially).to.include({ state: 'starting', pid: 4711 });
  });
});
