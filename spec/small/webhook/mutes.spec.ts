import { expect } from 'chai';
import type { JournalEntry } from '../../../lib/model/journal.ts';
import type { EventFilter } from '../../../lib/model/values/event-filter.ts';
import { activeMute, readHeldBack, type ActiveMute } from '../../../lib/webhook/mutes.ts';
import { journalEntry } from '../../support/store/store-contract.ts';

const MUTE: ActiveMute = {
  ...activeMute({ webhook: 'alerts', agentId: null, until: 100, since: 0, after: 0, actor: 'anna', note: null }),
  end: 3,
};
const FAILED = { type: 'service.state_changed', to: 'failed', serviceId: 'press' } as const;

describe('what a mute that is over has held back', () => {
  const journal: readonly JournalEntry[] = [1, 2, 3].map((seq) => journalEntry(seq, FAILED));
  const host = {
    history: ({ after = 0 }: { readonly after?: number }) => Promise.resolve(journal.filter(({ seq }) => seq > after)),
    isFailing: () => Promise.resolve(true),
  };
  const read = (mute: ActiveMute) =>
    readHeldBack({ mute, others: [], position: 3 }, {} as EventFilter, host, () => false); // the journal here does not filter

  it('is counted, and what still fails is due once', async () => {
    const held = await read(MUTE);
    expect(held).to.include({ type: 'held_back', count: 3, first: 1, last: 3 });
    expect('due' in held && held.due.map(({ seq }) => seq)).to.deep.equal([3]);
  });

  it('does not count what was delivered in spite of it, and does not send that again', async () => {
    expect(await read({ ...MUTE, sent: [1] })).to.include({ count: 2, first: 2, last: 3 });
    const held = await read({ ...MUTE, sent: [1, 2, 3] });
    expect(held).to.deep.include({ count: 0, first: null, last: null, due: [] });
  });
});
