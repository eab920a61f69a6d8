import { expect } from 'chai';
import { SimulatedClock } from 'xstate';
import { openFeed, type Feed } from '../../../../lib/control/journal/feed.ts';
import { Journal } from '../../../../lib/control/journal/journal.ts';
import type { FeedBatch, FeedItem, FeedStart } from '../../../../lib/model/feed.ts';
import type { JournalDraft } from '../../../../lib/model/journal.ts';
import { ALL_EVENTS, type EventFilter } from '../../../../lib/model/values/event-filter.ts';
import { rejection } from '../../../support/rejection.ts';
import { memoryStore, type MemoryStore } from '../../../support/store/memory-store.ts';
import { journalEntry, intentionCommit } from '../../../support/store/store-contract.ts';
import { diceOf } from '../../../support/dice.ts';

const CAPACITY = 300;

function draft(overrides: Partial<JournalDraft> = {}): JournalDraft {
  const { seq, ...rest } = journalEntry(0, overrides);
  return { ...rest, detail: { was: seq } };
}

/** Items as short text: the number of an event, and what else is told. */
function words(items: readonly FeedItem[]): (number | string)[] {
  return items.map((item) => {
    if (item.type === 'event') return item.entry.seq;
    return item.type === 'gap' ? `gap ${item.after} ${item.oldest}` : `reset ${item.asked} ${item.newest}`;
  });
}

const turns = async (count = 6): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('the feed', () => {
  let store: MemoryStore;
  let timers: SimulatedClock;
  let feed: Feed;
  let journal: Journal;
  let readers: Reader[];

  /** Somebody who reads as fast as it can, or batch by batch. */
  class Reader {
    readonly batches: FeedBatch[] = [];
    readonly leave = new AbortController();
    isOver = false;
    readonly #iterator: AsyncIterator<FeedBatch>;

    constructor(start: FeedStart, filter: Partial<EventFilter> = {}) {
      this.#iterator = feed.read({ start, filter: { ...ALL_EVENTS, ...filter } }, this.leave.signal);
      readers.push(this);
    }

    get told(): (number | string)[] {
      return words(this.batches.flatMap(({ items }) => items));
    }

    get position(): number {
      return this.batches.at(-1)?.position ?? -1;
    }

    async take(): Promise<void> {
      const result = await this.#iterator.next();
      if (result.done === true) this.isOver = true;
      else this.batches.push(result.value);
    }

    async takeAll(): Promise<void> {
      while (!this.isOver) await this.take();
    }
  }

  async function open(): Promise<void> {
    const newest = await store.lastSeq();
    feed = await openFeed({ store, timers, newest, numbered: () => journal.last, capacity: CAPACITY });
    journal = new Journal(newest, feed.publish);
  }

  function write(...drafts: readonly JournalDraft[]): Promise<void> {
    return journal.write(drafts, (entries) => store.commitIntentions(intentionCommit({ journal: entries })));
  }

  async function writeMany(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 100)
      await write(...Array.from({ length: Math.min(left, 100) }, () => draft()));
  }

  /** A reader that takes everything at once. */
  function reader(start: FeedStart, filter: Partial<EventFilter> = {}): Reader {
    const made = new Reader(start, filter);
    void made.takeAll(); // a read that fails fails the test: nobody catches it
    return made;
  }

  const upTo = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, n) => first + n);

  beforeEach(async () => {
    store = memoryStore();
    timers = new SimulatedClock();
    readers = [];
    await open();
  });

  afterEach(() => {
    for (const { leave } of readers) leave.abort();
  });

  it('tells a reader immediately where it begins, and then what happens from now on', async () => {
    await write(draft(), draft());
    const live = reader({ type: 'now' });
    await turns();
    expect(live.batches).to.deep.equal([{ items: [], position: 2 }]);
    await write(draft({ type: 'process.exited' }));
    await turns();
    expect(live.told).to.deep.equal([3]);
    expect(live.batches.at(-1)?.items[0]).to.deep.include({ type: 'event' });
    expect(live.position).to.equal(3);
  });

  it('continues after an id, with stored and then new events', async () => {
    await writeMany(700); // more than the ring holds, more than a page
    const behind = reader({ type: 'after', seq: 5 });
    await turns(20);
    await write(draft());
    await turns();
    expect(behind.told).to.deep.equal(upTo(6, 701));
  });

  it('continues in the next host where the last one ended', async () => {
    await writeMany(10);
    const before = reader({ type: 'after', seq: 0 });
    await turns();
    feed.close();
    await turns();
    expect(before.isOver).to.equal(true);
    await open();
    await write(draft());
    const after = reader({ type: 'after', seq: before.position });
    await turns();
    await write(draft());
    await turns();
    expect([...before.told, ...after.told]).to.deep.equal(upTo(1, 12));
  });

  it('begins with the first fact since an instant, whatever the clock said later', async () => {
    for (const at of [100, 300, 200, 400]) await write(draft({ at }));
    expect((await first({ type: 'since', at: 250 })).told).to.deep.equal([2, 3, 4]);
    expect((await first({ type: 'since', at: 0 })).told).to.deep.equal([1, 2, 3, 4]);
    expect((await first({ type: 'since', at: 401 })).told).to.deep.equal([]);
  });

  async function first(start: FeedStart): Promise<Reader> {
    const made = reader(start);
    await turns();
    return made;
  }

  it('publishes only durable events, and never one that was not written', async () => {
    const live = reader({ type: 'now' });
    store.holdWrites();
    const written = write(draft());
    await turns();
    expect(live.told).to.deep.equal([]);
    store.releaseWrites();
    await written;
    await turns();
    store.breakDown();
    expect(await rejection(write(draft(), draft()))).to.be.instanceOf(Error);
    store.heal();
    await write(draft());
    await turns();
    expect(live.told).to.deep.equal([1, 4]);
    expect(store.journal.map(({ seq }) => seq)).to.deep.equal([1, 4]);
  });

  it('publishes in rising order even if writes end in another order', async () => {
    const live = reader({ type: 'now' });
    const ends: { keep: () => void; lose: () => void }[] = [];
    const slow = (): Promise<void> =>
      journal.write([draft()], () => {
        return new Promise((resolve, reject) => {
          ends.push({
            keep: resolve,
            lose: () => {
              reject(new Error('lost'));
            },
          });
        });
      });
    const writes = [slow(), slow(), slow(), slow()].map((written) => written.catch(() => undefined));
    ends[3]!.keep();
    ends[1]!.keep();
    await turns();
    expect(live.told).to.deep.equal([]);
    ends[0]!.keep();
    await turns();
    expect(live.told).to.deep.equal([1, 2]);
    ends[2]!.lose();
    await Promise.all(writes);
    await turns();
    expect(live.told).to.deep.equal([1, 2, 4]);
  });

  it('does not read ahead of what was published, even if the store has more', async () => {
    await writeMany(10);
    const held: { tell: () => void } = { tell: () => undefined };
    const open = journal.write([draft()], () => new Promise<void>((resolve) => (held.tell = resolve)));
    await write(draft()); // durable, but the one before it is not yet
    const behind = reader({ type: 'after', seq: 0 });
    await turns();
    expect(behind.told).to.deep.equal(upTo(1, 10));
    held.tell();
    await open;
    await turns();
    expect(behind.told).to.deep.equal(upTo(1, 12));
  });

  it('answers an id of another journal with a reset, and continues from now', async () => {
    await writeMany(3);
    const lost = reader({ type: 'after', seq: 99 });
    await turns();
    await write(draft());
    await turns();
    expect(lost.told).to.deep.equal(['reset 99 3', 4]);
  });

  it('accepts an id that is durable but not published yet', async () => {
    await writeMany(3);
    store.holdWrites();
    const written = write(draft(), draft());
    const early = reader({ type: 'after', seq: 4 });
    await turns();
    store.releaseWrites();
    await written;
    await turns();
    expect(early.told).to.deep.equal([5]);
  });

  it('reports a gap first if the journal no longer has what follows an id', async () => {
    await writeMany(400);
    const pruned = { ...store, history: (query: Parameters<MemoryStore['history']>[0]) => prunedHistory(query) };
    const prunedHistory = (query: Parameters<MemoryStore['history']>[0]) =>
      store.history({ ...query, after: Math.max(query.after, 49) });
    feed = await openFeed({ store: pruned, timers, newest: 400, numbered: () => 400, capacity: CAPACITY });
    expect((await first({ type: 'after', seq: 7 })).told).to.deep.equal(['gap 7 50', ...upTo(50, 400)]);
    expect((await first({ type: 'after', seq: 49 })).told).to.deep.equal(upTo(50, 400));
    expect((await first({ type: 'since', at: 0 })).told).to.deep.equal(upTo(50, 400));
  });

  it('gives a reader that fell out of the ring the rest from the store', async () => {
    const slow = new Reader({ type: 'now' });
    await slow.take();
    const taken = slow.take();
    await write(draft());
    await taken;
    await writeMany(5 * CAPACITY);
    while (slow.position < 1 + 5 * CAPACITY) await slow.take();
    expect(slow.told).to.deep.equal(upTo(1, 1 + 5 * CAPACITY));
  });

  it('queues nothing for a reader that takes nothing', async () => {
    const slow = new Reader({ type: 'now' });
    await slow.take();
    await writeMany(50);
    await turns();
    expect(slow.batches).to.have.length(1);
    await slow.take();
    expect(slow.told).to.deep.equal(upTo(1, 50));
  });

  it('returns what matches a filter, from the store and from the ring alike', async () => {
    const status = [
      draft({ type: 'process.exited', agentId: 'pump1', serviceId: 'pump1-corerl' }),
      draft({ type: 'process.launched', agentId: 'pump2', serviceId: 'pump2-corerl' }),
      draft({ type: 'agent.start_requested', agentId: 'pump1', serviceId: null }),
      draft({ type: 'host.started', agentId: null, serviceId: null }),
    ];
    await write(...status);
    await writeMany(2 * CAPACITY);
    const wanted: Partial<EventFilter>[] = [
      { types: ['process.*'], agentIds: ['pump1', 'pump2'], serviceIds: ['pump1-corerl', 'pump2-corerl'] },
      { types: ['host.', 'agent.start_requested'] },
      { agentIds: ['pump2'] },
      { serviceIds: ['pump2-corerl'], types: ['*'] },
    ];
    const made = wanted.map((filter) => reader({ type: 'after', seq: 0 }, filter));
    await turns(20);
    await write(...status);
    await turns();
    const n = 2 * CAPACITY + 4;
    expect(made.map(({ told }) => told)).to.deep.equal([
      [1, 2, n + 1, n + 2],
      [3, 4, n + 3, n + 4],
      [2, n + 2],
      [2, n + 2],
    ]);
  });

  it('reports the position to a reader whose filter matches none of a thousand events', async () => {
    const idle = reader({ type: 'now' }, { types: ['host.crashed'] });
    await turns();
    await writeMany(2_500);
    await turns(20);
    expect(idle.told).to.deep.equal([]);
    expect(idle.position).to.be.greaterThan(1_500);
  });

  it('ends a live reader after the last fact, and one that is behind at once', async () => {
    await writeMany(3 * CAPACITY);
    const behind = new Reader({ type: 'after', seq: 0 });
    await behind.take();
    const live = reader({ type: 'now' });
    await turns();
    await write(draft());
    feed.close();
    await turns();
    expect([live.told, live.isOver]).to.deep.equal([[3 * CAPACITY + 1], true]);
    await behind.take();
    expect([behind.told, behind.isOver]).to.deep.equal([[], true]);
  });

  it('wakes hundreds of readers without delaying the host, and publishes a storm in batches', async () => {
    const many = Array.from({ length: 500 }, () => reader({ type: 'now' }));
    await turns();
    let between = 0;
    const written = write(draft());
    await written;
    while (many.some(({ told }) => told.length === 0)) {
      await new Promise((resolve) => setImmediate(resolve));
      between += 1;
    }
    expect(between).to.be.greaterThan(5);
    for (let count = 0; count < 30; count += 1) await write(draft());
    await turns(30);
    expect(many.every(({ told }) => told.length === 1)).to.equal(true);
    timers.increment(25);
    await turns(30);
    expect(many.every(({ told }) => told.length === 31)).to.equal(true);
    expect(Math.max(...many.map(({ batches }) => batches.length))).to.equal(3);
  });

  for (const seed of upTo(1, 40)) {
    it(`has no gap and no double in any order of events (walk ${seed})`, async () => {
      const roll = diceOf(seed);
      const pick = (sides: number): number => Math.floor(roll() * sides);
      const pending: Promise<unknown>[] = [];
      const follow = reader({ type: 'after', seq: 0 });
      const seen: (number | string)[] = [];
      let resumed = reader({ type: 'after', seq: 0 });
      for (let step = 0; step < 60; step += 1) {
        const count = pick(8) === 0 ? 250 : pick(4);
        if (count > 0) pending.push(write(...Array.from({ length: count }, () => draft())).catch(() => undefined));
        if (pick(6) === 0) store.holdWrites();
        if (pick(3) === 0) store.releaseWrites();
        if (pick(10) === 0) store.breakDown();
        if (pick(4) === 0) store.heal();
        if (pick(5) === 0) await turns(1 + pick(3));
        if (pick(7) === 0 && resumed.position >= 0) {
          resumed.leave.abort();
          seen.push(...resumed.told);
          resumed = reader({ type: 'after', seq: resumed.position });
        }
      }
      store.heal();
      store.releaseWrites();
      await Promise.all(pending);
      await turns(60);
      const kept = store.journal.map(({ seq }) => seq);
      expect(follow.told).to.deep.equal(kept);
      expect([...seen, ...resumed.told]).to.deep.equal(kept);
    });
  }
});
