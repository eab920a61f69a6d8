import { expect } from 'chai';
import { assign, createActor, setup } from 'xstate';
import { Recorder } from '../../../lib/control/recorder.ts';
import { Sequence } from '../../../lib/control/sequence.ts';
import { recordingLog } from '../../support/control-world.ts';
import { memoryStore, type MemoryStore } from '../../support/memory-store.ts';

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

  beforeEach(() => {
    store = memoryStore();
    changed = 0;
    const clock = { now: () => 0, random: () => 0 };
    const onChanged = (): void => void (changed += 1);
    recorder = new Recorder({ store, sequence: new Sequence(0), clock, log: recordingLog(), onChanged }, []);
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

  it('writes nothing for an event that changes nothing', async () => {
    const actor = root();
    await ticks();
    actor.send({ type: 'nothing' });
    await ticks();
    expect(store.writes).to.equal(1);
  });

  it('tells of a change also when a write that was under way takes it along', async () => {
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

  it('keeps the last state of a host that closes, not that its actors were stopped', async () => {
    const actor = root();
    await ticks();
    await recorder.close();
    actor.stop();
    await ticks();
    expect((await store.loadActors())[0]!.snapshot).to.contain('"status":"active"');
  });
});
