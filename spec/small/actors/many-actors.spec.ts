import { expect } from 'chai';
import { createActor, setup, SimulatedClock, type AnyActorRef } from 'xstate';
import { childrenOf, childrenOfSrc } from '../../../lib/actors/xstate/children.ts';
import { limitInspection } from '../../../lib/actors/xstate/inspection.ts';
import { indexTimers } from '../../../lib/actors/xstate/timers.ts';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { serviceSpec } from '../../support/actors/specs.ts';

/** A root with children that wait for their timer, and end when they are asked to. */
function createWaiters(count: number) {
  const clock = new SimulatedClock();
  const waiter = setup({ types: { events: {} as { type: 'end' } } }).createMachine({
    initial: 'waiting',
    states: { waiting: { after: { 1_000: 'over' }, on: { end: 'over' } }, over: { type: 'final' } },
  });
  const root = setup({ types: { children: {} }, actors: { waiter } }).createMachine({
    invoke: Array.from({ length: count }, (_, index) => ({ id: `waiter${String(index)}`, src: 'waiter' as const })),
  });
  return { clock, root: createActor(root, { clock }) };
}

/** Counts how often the timers of all actors are listed. */
function countListings(root: AnyActorRef): () => number {
  let listings = 0;
  const { system } = root as unknown as { system: { _snapshot: { _scheduledEvents: object } } }; // not in the types
  system._snapshot._scheduledEvents = new Proxy(system._snapshot._scheduledEvents, {
    ownKeys: (all) => {
      listings += 1;
      return Reflect.ownKeys(all);
    },
  });
  return () => listings;
}

function endOf(root: AnyActorRef, index: number): void {
  childrenOf(root)[`waiter${String(index)}`]?.send({ type: 'end' });
}

describe('a system of many actors', () => {
  it('ends an actor without a look at the timers of the others', () => {
    const { root } = createWaiters(20);
    indexTimers(root);
    root.start();
    const listings = countListings(root);

    endOf(root, 3);

    expect(listings()).to.equal(0);
    expect(Object.keys(root.system.getSnapshot()._scheduledEvents)).to.have.length(19);
  });

  it('could not do so with XState alone, or the index of timers is no longer needed', () => {
    const { root } = createWaiters(20);
    root.start();
    const listings = countListings(root);

    endOf(root, 3);

    expect(listings()).to.be.above(0);
  });

  it('fires each timer once, and none of an actor that has ended', () => {
    const { clock, root } = createWaiters(20);
    const ended: string[] = [];
    indexTimers(root);
    root.system.inspect(({ type, ...rest }) => {
      if (type === '@xstate.event' && 'event' in rest && rest.event.type.startsWith('xstate.done.actor.'))
        ended.push(rest.event.type.slice('xstate.done.actor.'.length));
    });
    root.start();
    endOf(root, 3);
    endOf(root, 7);

    clock.increment(1_000);

    expect(ended).to.have.length(20);
    expect(new Set(ended).size).to.equal(20);
  });

  it('keeps only the ids of pending timers', () => {
    const clock = new SimulatedClock();
    const root = createActor(setup({}).createMachine({}), { clock });
    indexTimers(root);
    root.start();
    const cancelled: string[] = [];
    const { scheduler } = root.system;
    for (let index = 0; index < 1_000; index += 1) {
      scheduler.schedule(root, root, { type: 'tick' }, 10, `t${String(index)}`);
      clock.increment(10);
    }
    scheduler.schedule(root, root, { type: 'tick' }, 10, 'last');
    clock.clearTimeout = (id) => void cancelled.push(String(id));

    scheduler.cancelAll(root);

    expect(cancelled).to.have.length(1);
    expect(root.system.getSnapshot()._scheduledEvents).to.deep.equal({});
  });

  it('reports to observers the events and snapshots of actors, not each action', () => {
    const reportedWith = (prepare: (root: AnyActorRef) => void): ReadonlySet<string> => {
      const { root } = createWaiters(2);
      const types = new Set<string>();
      prepare(root);
      root.system.inspect(({ type }) => types.add(type));
      root.start();
      endOf(root, 1);
      return types;
    };
    const used = ['@xstate.event', '@xstate.snapshot'];
    expect([...reportedWith(limitInspection)]).to.have.members(used);
    // If this fails, XState no longer reports them, or under another name.
    expect([...reportedWith(() => undefined)]).to.include.members([...used, '@xstate.action', '@xstate.microstep']);
  });

  it('adds an actor without a copy of the list of all', () => {
    const world = new ActorWorld();
    world.startService(serviceSpec('pump1'));
    const before = childrenOf(world.root);

    world.startService(serviceSpec('pump2'));

    expect(childrenOf(world.root)).to.equal(before);
    expect(Object.keys(before)).to.deep.equal(['service:pump1', 'service:pump2']);
    expect(world.root.system.get('service:pump2')).to.equal(before['service:pump2']);
    expect(before['service:pump2']?._parent).to.equal(world.root);
  });

  it('lists them from one array as long as they are the same, and from a new one after each change', () => {
    const world = new ActorWorld();
    const idsOf = (src: string): readonly string[] => childrenOfSrc(world.root, src).map(({ id }) => id);
    world.startService(serviceSpec('pump1'));
    const one = childrenOfSrc(world.root, 'service');
    expect(childrenOfSrc(world.root, 'service')).to.equal(one);

    world.startService(serviceSpec('pump2'));
    expect(idsOf('service')).to.deep.equal(['service:pump1', 'service:pump2']);
    expect(idsOf('agent')).to.deep.equal([]);

    world.root.send({ type: 'supervisor.remove', actorId: 'service:pump1' });
    expect(idsOf('service')).to.deep.equal(['service:pump2']);

    world.startService(serviceSpec('pump1'));
    expect(idsOf('service')).to.deep.equal(['service:pump2', 'service:pump1']);
  });
});
