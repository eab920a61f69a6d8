import { expect } from 'chai';
import { createActor, SimulatedClock } from 'xstate';
import type { Actor } from 'xstate';
import { feedMachine } from '../../../lib/frontend/feed/machine.ts';
import type { FeedInput } from '../../../lib/frontend/feed/machine.ts';
import { EMPTY_WORLD } from '../../../lib/frontend/world/world.ts';
import { eventually } from '../../support/eventually.ts';
import { PlayedHost } from './played-host.ts';
import { eventOf, instant, serviceOf } from './views.ts';

describe('the connection to a host', () => {
  let host: PlayedHost;
  let clock: SimulatedClock;
  let world = EMPTY_WORLD;
  let now: number;
  let actor: Actor<typeof feedMachine>;
  const fell = eventOf({ from: 'running', to: 'backoff', at: instant(5), detail: { substate: 'waiting' } });

  beforeEach(() => {
    host = new PlayedHost();
    clock = new SimulatedClock();
    world = EMPTY_WORLD;
    now = 42;
    const input: FeedInput = {
      client: host.client,
      world: () => world,
      update: (change) => (world = change(world)),
      now: () => now,
    };
    actor = createActor(feedMachine, { input, clock }).start();
  });
  afterEach(() => {
    actor.stop();
  });

  const stateOf = (id = 'pump1-corerl'): string | undefined => world.services.get(id)?.state;
  const settled = (): Promise<void> =>
    eventually(() => {
      expect(actor.getSnapshot().matches({ following: { live: 'settled' } })).to.equal(true);
    });

  it('reads nothing before the stream is open, and then everything', async () => {
    expect(host.listed).to.equal(0);
    host.onConnection('open');
    await settled();

    expect([host.listed, stateOf(), world.health?.status]).to.deep.equal([1, 'running', 'healthy']);
  });

  it('applies events during a request after it, and reads what they made stale', async () => {
    host.waiting = [];
    host.onConnection('open');
    host.tell({ type: 'event', event: fell });
    await eventually(() => {
      expect(actor.getSnapshot().context.held.length).to.equal(1);
    });
    expect(stateOf()).to.equal(undefined);
    for (const give of host.waiting) give();
    await eventually(() => {
      expect(stateOf()).to.equal('backoff');
    });
    clock.increment(100);
    await eventually(() => {
      expect(host.gotten).to.deep.equal(['pump1-corerl']);
    });
  });

  it('is not reverted by an event that is older than what was read', async () => {
    host.services = [serviceOf('pump1-corerl', { since: instant(9) })];
    host.waiting = [];
    host.onConnection('open');
    host.tell({ type: 'event', event: fell });
    await eventually(() => {
      expect(actor.getSnapshot().context.held.length).to.equal(1);
    });
    for (const give of host.waiting) give();
    await eventually(() => {
      expect(stateOf()).to.equal('running');
    });
  });

  it('shows a change at once and reads the view a moment later, once for many events', async () => {
    host.onConnection('open');
    await settled();
    host.services = [serviceOf('pump1-corerl', { state: 'backoff', since: instant(5), restarts: 3 })];
    host.tell({ type: 'event', event: fell }, { type: 'event', event: { ...fell, type: 'process.exited', seq: 2 } });
    await eventually(() => {
      expect(stateOf()).to.equal('backoff');
      expect(actor.getSnapshot().matches({ following: { live: 'gathering' } })).to.equal(true);
    });
    clock.increment(100);
    await eventually(() => {
      expect(world.services.get('pump1-corerl')?.restarts).to.equal(3);
    });
    expect(host.gotten).to.deep.equal(['pump1-corerl']);
  });

  it('reports since when it is lost, and reads everything again when the stream is back', async () => {
    host.onConnection('open');
    await settled();
    host.onConnection('lost');
    expect(actor.getSnapshot().context.lostAt).to.equal(42);
    host.services = [serviceOf('pump2-corerl')];
    host.onConnection('open');
    await settled();

    expect([...world.services.keys()]).to.deep.equal(['pump2-corerl']);
    expect(actor.getSnapshot().context.lostAt).to.equal(null);
  });

  for (const skipped of [
    { type: 'gap', gap: { after: 1, oldest: 9, reason: 'x' } },
    { type: 'reset', reset: { asked: 9, newest: 1, reason: 'x' } },
  ] as const) {
    it(`reads everything again after a ${skipped.type} in the stream`, async () => {
      host.onConnection('open');
      await settled();
      host.tell(skipped);
      await eventually(() => {
        expect(host.listed).to.equal(2);
      });
      await settled();
    });
  }

  it('asks for the health every 5 s, of which there are no events', async () => {
    host.onConnection('open');
    await settled();
    host.health = { ...host.health, status: 'degraded', reasons: ['The disk is full.'] };
    clock.increment(5_000);
    await eventually(() => {
      expect(world.health?.reasons).to.deep.equal(['The disk is full.']);
    });
    await settled();
    expect(host.gotten).to.deep.equal([]);
  });

  it('reads everything again when the health has another cause, which may be that services are in doubt', async () => {
    host.onConnection('open');
    await settled();
    const doubt = { since: instant(2), reason: 'node n2 is not ready' };
    host.services = [serviceOf('pump1-corerl', { doubt })];
    host.health = { ...host.health, status: 'degraded', reasons: ['It is not known whether pump1-corerl runs.'] };
    clock.increment(5_000);
    await eventually(() => {
      expect(world.services.get('pump1-corerl')?.doubt).to.deep.equal(doubt);
    });
    await settled();
    expect(host.listed).to.equal(2);
    clock.increment(5_000);
    await settled();
    expect(host.listed, 'the same cause is no news').to.equal(2);
    host.services = [serviceOf('pump1-corerl')];
    host.health = { ...host.health, status: 'healthy', reasons: [] };
    clock.increment(5_000);
    await eventually(() => {
      expect(world.services.get('pump1-corerl')?.doubt).to.equal(null);
    });
  });

  it('reads every 5 s why a service is not ready, of which there are no events either', async () => {
    const unready = serviceOf('pump1-corerl', { substate: 'unready', ready: false, reason: 'not checked yet' });
    host.services = [serviceOf('gate'), unready];
    host.onConnection('open');
    await settled();
    host.services = [{ ...unready, reason: 'nothing is listening' }];
    clock.increment(5_000);
    await eventually(() => {
      expect(world.services.get('pump1-corerl')?.reason).to.equal('nothing is listening');
    });
    expect([host.listed, host.gotten]).to.deep.equal([1, ['pump1-corerl']]);
  });

  it('reads that also where events come all the time', async () => {
    host.services = [serviceOf('mixer', { substate: 'unready', ready: false }), serviceOf('pump1-corerl')];
    host.onConnection('open');
    await settled();
    const read = async (seq: number): Promise<readonly string[]> => {
      host.gotten = [];
      host.tell({ type: 'event', event: { ...fell, type: 'process.exited', seq } });
      await eventually(() => {
        expect(actor.getSnapshot().matches({ following: { live: 'gathering' } })).to.equal(true);
      });
      clock.increment(100);
      await settled();
      return host.gotten;
    };
    expect(await read(1)).to.deep.equal(['pump1-corerl']);
    now += 5_000;
    expect(await read(2)).to.have.members(['pump1-corerl', 'mixer']);
    expect(await read(3)).to.deep.equal(['pump1-corerl']);
  });

  it('is lost since the last answer when a host answers nothing for 10 s, although the stream is open', async () => {
    host.onConnection('open');
    await settled();
    host.isFrozen = true;
    now = 5_042;
    clock.increment(5_000);
    now = 15_042;
    clock.increment(9_999);
    expect(actor.getSnapshot().context.lostAt).to.equal(null);
    clock.increment(1);
    expect(actor.getSnapshot().value).to.equal('resting');
    expect(actor.getSnapshot().context).to.include({ lostAt: 42 });
    expect(actor.getSnapshot().context.problem).to.contain('has not answered for 10 s');

    host.isFrozen = false;
    clock.increment(1_000);
    host.onConnection('open');
    await settled();
    expect(actor.getSnapshot().context.lostAt).to.equal(null);
  });

  it('reports why the host is unreachable, and retries after a while', async () => {
    host.fail(new Error('No Coredinator answers.'));
    await eventually(() => {
      expect(actor.getSnapshot().value).to.equal('resting');
    });
    expect(actor.getSnapshot().context).to.include({ problem: 'No Coredinator answers.', lostAt: 42 });
    clock.increment(1_000);
    expect([actor.getSnapshot().value, host.follows]).to.deep.equal([{ following: 'connecting' }, 2]);
  });

  it('forgets everything when the host requires a sign-in, until somebody has signed in', async () => {
    host.onConnection('open');
    await settled();
    actor.send({ type: 'session.ended', ending: 'rejected' });
    expect(world).to.equal(EMPTY_WORLD);
    expect([actor.getSnapshot().value, host.follows]).to.deep.equal([{ signedOut: 'waiting' }, 1]);

    actor.send({ type: 'session.started' });
    host.onConnection('open');
    await settled();
    expect([host.follows, stateOf()]).to.deep.equal([2, 'running']);
  });

  it('detects when it has access again, for example by a cookie of another window', async () => {
    host.isOpen = false;
    actor.send({ type: 'session.ended', ending: 'rejected' });
    clock.increment(10_000);
    await eventually(() => {
      expect([actor.getSnapshot().value, host.asked]).to.deep.equal([{ signedOut: 'waiting' }, 1]);
    });
    host.isOpen = true;
    clock.increment(10_000);
    await eventually(() => {
      expect(actor.getSnapshot().value).to.deep.equal({ following: 'connecting' });
    });
    expect([host.asked, host.follows]).to.deep.equal([2, 2]);
  });

  it('shows no problem when a lost host requires a sign-in', async () => {
    host.fail(new Error('No Coredinator answers.'));
    await eventually(() => {
      expect(actor.getSnapshot().value).to.equal('resting');
    });
    actor.send({ type: 'session.ended', ending: 'rejected' });
    expect(actor.getSnapshot().context).to.include({ problem: null, lostAt: null });
    expect(actor.getSnapshot().matches('signedOut')).to.equal(true);
  });
});
