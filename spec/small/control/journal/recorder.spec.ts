import { expect } from 'chai';
import { assign, createActor, setup, SimulatedClock } from 'xstate';
import { Journal } from '../../../../lib/control/journal/journal.ts';
import { Recorder } from '../../../../lib/control/journal/recorder.ts';
import { recordingLog } from '../../../support/control/control-world.ts';
import { memoryStore, type MemoryStore } from '../../../support/store/memory-store.ts';

const counter = setup({
  types: { context: {} as { count: number }, events: {} as { type: 'up' } | { type: 'nothing' } },
  actions: { up: assign({ count: ({ context }) => context.count + 1 }) },
}).createMachine({
  id: 'counter',
  version: '1',
  context: { count: 0 },
  initial: 'on',
  states: { on: { on: { up: { actions: 'up' } } } },
});

describe('the recorder', () => {
  let store: MemoryStore;
  let changed: number;
  let recorder: Recorder;
  let timers: SimulatedClock;

  const open = (gatherMs?: number): Recorder => {
    const clock = { now: () => timers.now(), random: () => 0 };
    const onChanged = (): void => void (changed += 1);
    const journal = new Journal(0, () => undefined);
    return new Recorder({ store, journal, clock, timers, log: recordingLog(), gatherMs, onChanged }, []);
  };

  beforeEach(() => {
    store = memoryStore();
    changed = 0;
    timers = new SimulatedClock();
    recorder = open();
  });

  function root(): ReturnType<typeof createActor<typeof counter>> {
    return createActor(counter, { id: 'root', systemId: 'root', inspect: recorder.inspect }).start();
  }

  const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const ticks = async (): Promise<void> => {
    for (let count = 0; count < 5; count += 1) await tick();
  };

  it('writes many changes of one tick once', async () => {
    const actor = root();
    for (let count = 0; count < 50; count += 1) actor.send({ type: 'up' });
    await ticks();
    expect(store.writes).to.equal(1);
    expect(JSON.parse((await store.loadActors())[0]!.snapshot)).to.deep.include({
      value: 'on',
      context: { count: 50 },
      children: {},
    });
  });

  describe('that gathers changes for 4 ms', () => {
    beforeEach(() => (recorder = open(4)));

    const turn = async (actor: ReturnType<typeof root>): Promise<void> => {
      actor.send({ type: 'up' });
      await ticks();
    };

    it('writes those of several turns once, and notifies in each turn', async () => {
      const actor = root();
      await ticks();
      for (let count = 0; count < 3; count += 1) {
        timers.increment(1);
        await turn(actor);
      }
      expect([store.writes, changed]).to.deep.equal([0, 4]);
      timers.increment(1);
      await ticks();
      expect(store.writes).to.equal(1);
      expect((await store.loadActors())[0]!.snapshot).to.contain('"count":3');
      await turn(actor);
      expect(store.writes).to.equal(1);
      timers.increment(4);
      await ticks();
      expect(store.writes).to.equal(2);
    });

    it('gathers again what changed during a write', async () => {
      const actor = root();
      await ticks();
      store.holdWrites();
      timers.increment(4);
      await turn(actor);
      store.releaseWrites();
      await ticks();
      expect(store.writes).to.equal(1);
      timers.increment(4);
      await ticks();
      expect(store.writes).to.equal(2);
    });

    it('writes them at once for a reader, and when it closes', async () => {
      const actor = root();
      await turn(actor);
      await recorder.written();
      expect((await store.loadActors())[0]!.snapshot).to.contain('"count":1');
      await turn(actor);
      await recorder.close();
      expect((await store.loadActors())[0]!.snapshot).to.contain('"count":2');
    });

    it('does not reject a reader while the store is unavailable', async () => {
      await turn(root());
      store.breakDown();
      await recorder.written();
      expect(await store.loadActors()).to.be.empty;
    });
  });

  it('writes nothing for an event that changes nothing', async () => {
    const actor = root();
    await ticks();
    actor.send({ type: 'nothing' });
    await ticks();
    expect(store.writes).to.equal(1);
  });

  it('reports a change even if a write in progress includes it', async () => {
    const actor = root();
    store.holdWrites();
    await ticks();
    const before = changed;
    actor.send({ type: 'up' });
    await tick(); // this tick's flush now waits for the write that is held
    actor.send({ type: 'up' }); // and will take this change along before its own tick comes
    store.releaseWrites();
    await ticks();
    expect(changed - before).to.equal(2);
    expect((await store.loadActors())[0]!.snapshot).to.contain('"count":2');
  });

  it('tries a write again after 0.5 s, then ever more slowly, at last every 5 s, however much changes', async () => {
    const actor = root();
    store.breakDown();
    let tries = 0;
    const commit = store.commitActors.bind(store);
    store.commitActors = (changes) => {
      tries += 1;
      return commit(changes);
    };
    for (let passed = 0; passed < 30_000; passed += 100) {
      actor.send({ type: 'up' });
      await ticks();
      timers.increment(100);
    }
    await ticks();
    expect(tries).to.equal(9); // at 0, 0.5, 1.5, 3.5, 7.5, 12.5, 17.5, 22.5 and 27.5 s
    store.heal();
    timers.increment(5_000);
    await ticks();
    expect((await store.loadActors())[0]!.snapshot).to.contain('"count":300');
  });

  it('tries again after 0.5 s as at first once a write has gone through', async () => {
    const actor = root();
    store.breakDown();
    for (const wait of [0, 500, 1_000]) {
      await ticks();
      timers.increment(wait);
    }
    store.heal();
    await ticks();
    timers.increment(2_000);
    await ticks();
    expect(await store.loadActors()).to.have.length(1);
    store.breakDown();
    actor.send({ type: 'up' });
    await ticks();
    store.heal();
    timers.increment(500);
    await ticks();
    expect((await store.loadActors())[0]!.snapshot).to.contain('"count":1');
  });

  it('writes what changed while another write was under way, without waiting for more', async () => {
    const actor = root();
    await ticks();
    store.holdWrites();
    actor.send({ type: 'up' });
    await ticks();
    actor.send({ type: 'up' });
    await ticks();
    store.releaseWrites();
    await ticks();
    expect((await store.loadActors())[0]!.snapshot).to.contain('"count":2');
  });

  it('writes as soon as it learns that the store is back', async () => {
    root();
    store.breakDown();
    await ticks();
    store.heal();
    recorder.retry();
    await ticks();
    expect(await store.loadActors()).to.have.length(1);
  });

  it('keeps the newest 10,000 events while the store is unavailable, and then reports how many were dropped', async () => {
    const nobody = { agentId: null, serviceId: null, from: null, to: null, correlationId: null };
    const note = (n: number): void => {
      recorder.note({ ...nobody, at: 0, type: 'n', cause: 'host', detail: { n } });
    };
    store.breakDown();
    for (let n = 1; n <= 25_000; n += 1) {
      note(n);
      if (n === 4_000) await ticks(); // some are on their way when the write fails
    }
    store.heal();
    recorder.retry();
    await ticks();
    const [first, second] = store.journal;
    expect(first).to.deep.include({ type: 'journal.truncated' });
    const { dropped } = first!.detail as { dropped: number };
    expect(second?.detail).to.deep.equal({ n: dropped + 1 });
    expect(store.journal.at(-1)?.detail).to.deep.equal({ n: 25_000 });
    expect(store.journal.length - 1)
      .to.equal(25_000 - dropped)
      .and.to.be.within(10_000, 11_000);
    note(25_001);
    await ticks();
    expect(store.journal.filter(({ type }) => type === 'journal.truncated')).to.have.length(1);
  });

  it('lets a host leave whose store is away', async () => {
    root();
    store.breakDown();
    await ticks();
    await recorder.close();
    timers.increment(60_000);
    await ticks();
    expect(await store.loadActors()).to.deep.equal([]);
  });

  it('keeps the last state of a host that closes, not that its actors were stopped', async () => {
    const actor = root();
    await ticks();
    await recorder.close();
    actor.stop();
    await ticks();
    expect((await store.loadActors())[0]!.snapshot).to.contain('"status":"active"');
  });
});
