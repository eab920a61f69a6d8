import { expect } from 'chai';
import { createActor, SimulatedClock, type ActorRefFrom } from 'xstate';
import type { TimelineView } from '../../../lib/api/schemas/timeline.ts';
import { timelineMachine } from '../../../lib/dashboard/timeline/machine.ts';
import type { Period } from '../../../lib/dashboard/timeline/model/period.ts';

const HOUR = 3_600_000;
const EPOCH = 1_700_000_000_000;

async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('the machine of a timeline', () => {
  let timers: SimulatedClock;
  let asked: Readonly<Record<string, unknown>>[];
  /** The next answer rejects with it. */
  let failure: Error | null;
  let isConnected: boolean;
  /** Since when the host has anything stored. */
  let storedSince: string | null;
  let settled: (readonly [Period, boolean])[];
  let actor: ActorRefFrom<typeof timelineMachine>;
  const now = (): number => EPOCH + timers.now();

  function answer(query: Readonly<Record<string, unknown>>): Promise<TimelineView> {
    asked.push(query);
    const error = failure;
    failure = null;
    if (error !== null) return Promise.reject(error);
    const columns = { states: { at: [], state: [], worst: [], count: [] }, condensed: [] };
    const marks = { at: [], kind: [], seq: [], count: [] };
    return Promise.resolve({
      ...{ since: query['since'] as string, until: query['until'] as string, now: new Date(now()).toISOString() },
      ...{ stored_since: storedSince, resolution_ms: query['resolution_ms'] as number, absences: [], lanes: [] },
      ...{ health: { at: [], status: [] }, host: { ...columns, marks } },
    });
  }

  async function open(start: Period | number | null, ids: readonly string[] | null = null): Promise<void> {
    const client = { getTimeline: ({ query }: { query: Readonly<Record<string, unknown>> }) => answer(query) };
    actor = createActor(timelineMachine, {
      clock: timers,
      input: { client: client as never, ids, start, now, isConnected: () => isConnected },
    });
    actor.on('view.settled', ({ view, isFollowing }) => settled.push([view, isFollowing]));
    actor.start();
    await turns();
  }

  beforeEach(() => {
    timers = new SimulatedClock();
    asked = [];
    settled = [];
    failure = null;
    isConnected = true;
    storedSince = null;
  });
  afterEach(() => {
    actor.stop();
  });

  async function pass(ms: number): Promise<void> {
    timers.increment(ms);
    await turns();
  }

  function move(view: Period): void {
    actor.send({ type: 'view.moved', view });
  }

  it('reads the view with room on both sides, as fine as it can be shown', async () => {
    await open(HOUR, ['a', 'b']);
    expect(asked).to.deep.equal([
      {
        ...{ since: new Date(EPOCH - 2 * HOUR).toISOString(), until: new Date(EPOCH + 60_000).toISOString() },
        ...{ resolution_ms: 1_800, service_id: 'a,b' },
      },
    ]);
    expect(actor.getSnapshot().matches({ data: 'fresh', view: 'following', motion: 'still' })).to.equal(true);
  });

  it('begins with what fits that which is stored, if nobody has chosen, and reads that as fine as it can be shown', async () => {
    for (const [age, span] of [
      [null, HOUR / 4],
      [HOUR / 4, HOUR / 4],
      [HOUR / 4 + 1, HOUR],
      [7 * HOUR, 8 * HOUR],
      [20 * HOUR, 24 * HOUR],
      [1_000 * HOUR, 24 * HOUR],
    ] as const) {
      storedSince = age === null ? null : new Date(now() - age).toISOString();
      asked = [];
      await open(null);
      expect(actor.getSnapshot().context.settled).to.deep.equal({ from: now() - span, to: now() });
      expect(actor.getSnapshot().matches({ view: 'following' })).to.equal(true);
      await pass(200);
      expect(asked.at(-1)?.['resolution_ms']).to.be.at.most((2.5 * span) / 2_000);
      actor.stop();
    }
    expect(settled).to.deep.equal([]);
  });

  it('keeps a view that was moved before it was known what fits', async () => {
    storedSince = new Date(now() - HOUR / 2).toISOString();
    const opened = open(null);
    const view = { from: EPOCH - 3 * HOUR, to: EPOCH - 2 * HOUR };
    move(view);
    await opened;
    await pass(200);
    expect(actor.getSnapshot().context.settled).to.deep.equal(view);
    actor.send({ type: 'view.reset' });
    await turns();
    expect(actor.getSnapshot().context.settled).to.deep.equal({ from: now() - HOUR, to: now() });
  });

  it('moves with the time while it ends now, and knows that nothing has changed as long as it is connected', async () => {
    await open(HOUR);
    await pass(10_000);
    const { view, lanes } = actor.getSnapshot().context;
    expect(view.to).to.be.closeTo(now(), 4_000);
    expect(lanes?.extent.to).to.equal(view.to);
    isConnected = false;
    await pass(60_000);
    const later = actor.getSnapshot().context;
    expect(later.view.to).to.be.closeTo(now(), 4_000);
    expect(later.lanes?.extent.to).to.equal(view.to);
    expect(asked).to.have.length(1);
  });

  it('stays where it was moved to, says so when it has come to rest, and asks for nothing that it has', async () => {
    await open(HOUR);
    const view = { from: EPOCH - 1.5 * HOUR, to: EPOCH - HOUR / 2 };
    move({ from: view.from - 5, to: view.to - 5 });
    await pass(100);
    move(view);
    await pass(150);
    expect(settled).to.deep.equal([]);
    await pass(100);
    expect(settled).to.deep.equal([[view, false]]);
    await pass(HOUR);
    expect(actor.getSnapshot().context.view).to.deep.equal(view);
    expect(asked).to.have.length(1);
  });

  it('asks again when it is moved too far, once it has come to rest, and when it becomes much finer', async () => {
    await open(HOUR);
    const view = { from: EPOCH - 9 * HOUR, to: EPOCH - 8 * HOUR };
    for (let step = 0; step < 5; step += 1) move({ from: view.from + step, to: view.to + step });
    expect(asked).to.have.length(1);
    await pass(250);
    expect(asked).to.have.length(2);
    expect(asked[1]?.['since']).to.equal(new Date(view.from + 4 - HOUR).toISOString());
    move({ from: view.from, to: view.from + HOUR / 2 });
    await pass(250);
    expect(asked).to.have.length(2);
    move({ from: view.from, to: view.from + HOUR / 10 });
    await pass(250);
    expect(asked).to.have.length(3);
  });

  it('reads again after something has happened, not more often than once a second, and not far in the past', async () => {
    await open(HOUR);
    for (let event = 0; event < 50; event += 1) actor.send({ type: 'journal.grew' });
    await pass(900);
    expect(asked).to.have.length(1);
    await pass(200);
    expect(asked).to.have.length(2);
    move({ from: EPOCH - 90 * HOUR, to: EPOCH - 89 * HOUR });
    await pass(300);
    expect(asked).to.have.length(3);
    actor.send({ type: 'journal.grew' });
    await pass(10_000);
    expect(asked).to.have.length(3);
  });

  it('reads again when the host is back, and again when another one is', async () => {
    await open(HOUR);
    for (const times of [2, 3]) {
      actor.send({ type: 'host.returned' });
      await turns();
      expect(asked).to.have.length(times);
    }
  });

  it('says why it could not read, and tries again', async () => {
    failure = new Error('The host is away.');
    await open(HOUR);
    expect(actor.getSnapshot().context.problem).to.equal('The host is away.');
    await pass(1_100);
    expect(actor.getSnapshot().context.problem).to.equal(null);
    expect(asked).to.have.length(2);
  });

  it('follows again', async () => {
    await open({ from: EPOCH - 9 * HOUR, to: EPOCH - 8 * HOUR });
    expect(actor.getSnapshot().matches({ view: 'fixed' })).to.equal(true);
    actor.send({ type: 'view.followed', spanMs: HOUR });
    await pass(300);
    expect(settled.at(-1)?.[1]).to.equal(true);
    expect(actor.getSnapshot().context.view).to.deep.equal({ from: EPOCH - HOUR, to: EPOCH });
    expect(asked).to.have.length(2);
  });
});
