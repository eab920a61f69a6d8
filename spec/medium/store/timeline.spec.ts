import { expect } from 'chai';

import type { JournalEntry } from '../../../lib/model/journal.ts';
import type { TimelineEvent } from '../../../lib/model/timeline.ts';
import type { ActorStore, TimelinePage } from '../../../lib/ports/actor-store.ts';
import { selectionOf } from '../../../lib/store/rows/journal-rows.ts';
import { memoryStore } from '../../support/store/memory-store.ts';
import { closeStores, foreignConnection, openedStore } from '../../support/store/opened-store.ts';

const BEGIN = 1_700_000_000_000;

function entry(seq: number, type: string, more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    ...{ seq, at: BEGIN + seq * 1_000, type, agentId: null, serviceId: null, from: null, to: null },
    ...{ cause: 'deadline', correlationId: null, detail: {}, ...more },
  };
}

function change(seq: number, serviceId: string, to: string, substate: string | null = null): JournalEntry {
  return entry(seq, 'service.state_changed', { serviceId, from: 'stopped', to, detail: { substate } });
}

const ALL: TimelinePage = { since: 0, until: Number.MAX_SAFE_INTEGER, serviceIds: [], after: null, limit: 100 };

for (const [where, open] of [
  ['in SQLite', async () => (await openedStore()).actors],
  ['in memory', () => Promise.resolve(memoryStore())],
] as const) {
  describe(`the journal by time ${where}`, () => {
    afterEach(closeStores);
    let store: ActorStore;
    beforeEach(async () => {
      store = await open();
    });

    function append(...journal: readonly JournalEntry[]): Promise<void> {
      return store.commitActors({ upserts: [], removals: [], journal, updatedAt: BEGIN });
    }

    async function seqs(page: Partial<TimelinePage>): Promise<readonly number[]> {
      return (await store.timeline.events({ ...ALL, ...page })).map(({ seq }) => seq);
    }

    it('has what a timeline needs of an event', async () => {
      const exit = { serviceId: 'a', agentId: 'one', detail: { class: 'signal', signal: 'SIGKILL' } };
      await append(
        entry(1, 'process.exited', exit),
        change(2, 'a', 'running', 'unready'),
        entry(3, 'config.reloaded', { cause: 'command' }),
        entry(4, 'process.stray'),
      );
      const none = { agentId: null, serviceId: null, from: null, to: null, substate: null, exitClass: null };
      const common = { ...none, isCommand: false, repeated: 0 };
      const expected: TimelineEvent[] = [
        {
          ...common,
          seq: 1,
          at: BEGIN + 1_000,
          type: 'process.exited',
          agentId: 'one',
          serviceId: 'a',
          exitClass: 'signal',
        },
        {
          ...{ ...common, seq: 2, at: BEGIN + 2_000, type: 'service.state_changed', serviceId: 'a' },
          ...{ from: 'stopped', to: 'running', substate: 'unready' },
        },
        { ...common, seq: 3, at: BEGIN + 3_000, type: 'config.reloaded', isCommand: true },
        { ...common, seq: 4, at: BEGIN + 4_000, type: 'process.orphan' },
      ];
      expect(await store.timeline.events(ALL)).to.deep.equal(expected);
    });

    it('is in the order of time, also where the clock was set back, and includes both ends', async () => {
      const at = BEGIN + 1_500;
      await append(entry(1, 'x.y'), entry(2, 'x.y'), entry(3, 'x.y'), entry(4, 'x.y', { at }), entry(5, 'x.y', { at }));
      expect(await seqs({})).to.deep.equal([1, 4, 5, 2, 3]);
      expect(await seqs({ since: at, until: BEGIN + 2_000 })).to.deep.equal([4, 5, 2]);
    });

    it('comes in pages, which continue within one moment', async () => {
      await append(...[1, 2, 3, 4].map((seq) => entry(seq, 'x.y', { at: BEGIN })), entry(5, 'x.y'));
      const after = { at: BEGIN, seq: 2 };
      expect(await seqs({ limit: 2 })).to.deep.equal([1, 2]);
      expect(await seqs({ limit: 2, after })).to.deep.equal([3, 4]);
      expect(await seqs({ after })).to.deep.equal([3, 4, 5]);
    });

    it('leaves out services that are not wanted, but no event without a service', async () => {
      await append(change(1, 'a', 'running'), change(2, 'b', 'running'), entry(3, 'host.started'));
      expect(await seqs({ serviceIds: ['b', 'c'] })).to.deep.equal([2, 3]);
    });

    it('knows the state of services before an instant, and their newest event', async () => {
      await append(
        change(1, 'a', 'starting'),
        change(2, 'b', 'running', 'unready'),
        entry(3, 'process.launched', { serviceId: 'a' }),
        entry(4, 'service.readiness_changed', { serviceId: 'b', from: 'unready', to: 'ready' }),
        change(5, 'a', 'failed'),
        entry(6, 'process.launched', { serviceId: 'c' }),
      );
      expect(await store.timeline.before(BEGIN + 4_000, ['b', 'a', 'c', 'd'])).to.deep.equal([
        { state: 'unready', newestAt: BEGIN + 4_000 },
        { state: 'starting', newestAt: BEGIN + 5_000 },
        { state: null, newestAt: BEGIN + 6_000 },
        { state: null, newestAt: null },
      ]);
      expect((await store.timeline.before(BEGIN, ['a']))[0]?.state).to.equal(null);
      expect((await store.timeline.before(BEGIN + 9_000, ['a', 'b'])).map(({ state }) => state)).to.deep.equal([
        'failed',
        'running',
      ]);
    });

    it('knows when hosts started and ended, and until when one that was killed was alive', async () => {
      const said = new Date(BEGIN + 2_500).toISOString();
      await append(
        entry(1, 'host.started'),
        entry(2, 'x.y'),
        entry(3, 'host.started', { detail: { alive_until: said } }),
        entry(4, 'host.stopped'),
        entry(5, 'x.y'),
        entry(6, 'host.started'),
        entry(7, 'host.crashed'),
      );
      const limits = (await store.timeline.hostLimits()).map(({ at, type, aliveUntil }) => [
        (at - BEGIN) / 1_000,
        type,
        type === 'ended' || aliveUntil === null ? null : (aliveUntil - BEGIN) / 1_000,
      ]);
      expect(limits).to.deep.equal([
        [1, 'started', null],
        [3, 'started', 2.5],
        [4, 'ended', null],
        [6, 'started', 5],
        [7, 'ended', null],
      ]);
    });

    it('knows the health of hosts that record it', async () => {
      await append(
        entry(1, 'host.started', { detail: { pid: 1 } }),
        entry(2, 'host.started', { detail: { alive_until: null } }),
        entry(3, 'host.health_changed', { from: 'healthy', to: 'degraded' }),
      );
      expect(await store.timeline.health()).to.deep.equal([
        { at: BEGIN + 1_000, status: null },
        { at: BEGIN + 2_000, status: 'healthy' },
        { at: BEGIN + 3_000, status: 'degraded' },
      ]);
    });

    it('knows since when it is stored', async () => {
      expect(await store.timeline.oldestAt()).to.equal(null);
      await append(entry(7, 'x.y'), entry(8, 'x.y'));
      expect(await store.timeline.oldestAt()).to.equal(BEGIN + 7_000);
    });
  });
}

describe('the journal in SQLite', () => {
  afterEach(closeStores);

  it('is still read in the order of numbers, and not by time, where a query has an instant', async () => {
    const { file, actors } = await openedStore();
    await actors.lastSeq();
    const { rest, parameters } = selectionOf({ after: 0, since: BEGIN, until: BEGIN, limit: 5 });
    const plan = await foreignConnection(file).all(`EXPLAIN QUERY PLAN SELECT * FROM journal ${rest}`, ...parameters);
    expect(JSON.stringify(plan)).to.include('INTEGER PRIMARY KEY').and.not.include('journal_at');
  });
});
