import { expect } from 'chai';
import { createActor, createMachine } from 'xstate';
import { agentPlan, serviceSpec } from '../../support/actors/specs.ts';
import type { FakeViewerSocket } from '../../support/inspect/fake-viewer-socket.ts';
import { HubWorld } from '../../support/inspect/hub-world.ts';

const SECRET = 'hunter2-hunter2';

describe('the hub of the inspector', () => {
  it('does not observe the actors without viewers', async () => {
    const world = new HubWorld();
    expect(world.observers).to.equal(0);

    const one = world.watch();
    const other = world.watch();
    expect(world.observers).to.equal(1);

    one.handle?.leave();
    expect(world.observers).to.equal(1);
    other.handle?.leave();
    other.handle?.leave();
    expect(world.observers).to.equal(0);

    world.startService(serviceSpec('telemetry'));
    await world.pass(200);
    world.work();
    expect(one.socket.messages).to.deep.equal([]);
  });

  it('sends nothing before everything else has had its turn', () => {
    const world = new HubWorld();
    const { socket } = world.watch();
    expect(socket.messages).to.deep.equal([]);
    world.work();
    expect(socket.registered).to.deep.equal(['root']);
  });

  describe('to a viewer that connects late', () => {
    let world: HubWorld;
    let socket: FakeViewerSocket;

    beforeEach(async () => {
      world = new HubWorld();
      world.startAgent(agentPlan('pump1'));
      await world.pass(200);
      await world.pass(200);
      await world.pass(200);
      socket = world.watch().socket;
      world.work();
    });

    it('sends every live actor once, parents before their children', () => {
      const { registered, messages } = socket;
      expect(registered).to.have.members([
        'root',
        'agent:pump1',
        'service:pump1-coreio',
        'service:pump1-corerl',
        'observeProcess',
        'observeProcess',
      ]);
      const known = new Set<string | undefined>([undefined]);
      for (const { type, sessionId, parentId } of messages) {
        if (type === '@xstate.actor') expect(known.has(parentId)).to.be.true;
        known.add(sessionId);
      }
    });

    it('sends the current state of each after its registration', () => {
      expect(socket.toldOf('service:pump1-corerl')).to.deep.equal([
        'actor',
        'snapshot {"running":"ready"} (inspector.sync)',
      ]);
      expect(socket.toldOf('agent:pump1')).to.deep.equal(['actor', 'snapshot running (inspector.sync)']);
    });

    it('sends the statechart with the registration', () => {
      const { definition } = socket.messages.find(({ name }) => name === 'service:pump1-corerl')!;
      expect(JSON.parse(definition!)).to.deep.include({ id: 'service', initial: 'stopped' });
    });

    it('then sends what happens, with the sender of each event', () => {
      const ids = new Map(socket.messages.map(({ name, sessionId }) => [name, sessionId]));
      socket.forget();
      world.stopAgent('pump1');
      world.work();

      const stop = socket.messages.find(({ event }) => event?.type === 'agent.stop')!;
      expect(stop).to.include({ type: '@xstate.event', sessionId: ids.get('agent:pump1') });
      expect(stop).not.to.have.property('sourceId');
      const release = socket.messages.find(({ event }) => event?.type === 'service.release')!;
      expect(release).to.include({
        sourceId: ids.get('agent:pump1'),
        sessionId: ids.get('service:pump1-corerl'),
      });
    });

    it('includes the run of the host in every id', () => {
      for (const { sessionId, rootId } of socket.messages) {
        expect(sessionId).to.match(/^run1\/x:\d+$/);
        expect(rootId).to.match(/^run1\/x:\d+$/);
      }
    });
  });

  describe('of several actor systems', () => {
    const hook = createMachine({
      ...{ id: 'webhook', initial: 'open', on: { leave: '.over' } },
      states: { open: { on: { 'service.stop': {} } }, over: { type: 'final' } },
    });

    it('shows them all, with the root of each, also one that starts and ends while somebody watches', () => {
      const world = new HubWorld();
      const early = createActor(hook, { id: 'webhook:early' });
      world.roots.add(early);
      early.start();
      const { socket, handle } = world.watch();
      world.work();
      expect(socket.registered).to.deep.equal(['root', 'webhook:early']);

      const later = createActor(hook, { id: 'webhook:later' });
      const remove = world.roots.add(later);
      later.start();
      world.work();
      expect(socket.toldOf('webhook:later')).to.deep.equal([
        'actor',
        'event xstate.init',
        'snapshot open (xstate.init)',
      ]);
      const { rootId, sessionId, parentId } = socket.messages.find(({ name }) => name === 'webhook:later')!;
      expect([rootId, parentId]).to.deep.equal([sessionId, undefined]);

      later.send({ type: 'leave' });
      remove();
      world.work();
      expect(socket.toldOf('webhook:later').at(-1)).to.equal('snapshot over (leave)');
      handle?.leave();
      socket.forget();
      early.send({ type: 'leave' });
      world.work();
      expect(socket.messages).to.deep.equal([]);
    });
  });

  it('sends in the compact form only the names of charts, each state once, and the causes of events', async () => {
    const world = new HubWorld();
    world.startService(serviceSpec('telemetry'));
    const { socket } = world.watch(undefined, 'compact');
    const full = world.watch().socket;
    world.work();
    expect(socket.registered).to.deep.equal(full.registered);
    expect(socket.messages.filter(({ type }) => type !== '@xstate.actor')).to.deep.equal([]);
    expect(socket.messages.find(({ name }) => name === 'service:telemetry')?.snapshot?.value).to.deep.equal({
      starting: 'resolving',
    });
    const definitionOf = ({ messages }: FakeViewerSocket, name: string): unknown =>
      JSON.parse(messages.find((message) => message.name === name)?.definition ?? 'null');
    expect(definitionOf(socket, 'service:telemetry')).to.deep.equal({ id: 'service', initial: 'stopped' });
    expect(definitionOf(socket, 'root')).to.deep.equal({ id: 'supervisor', initial: 'supervising' });
    expect(definitionOf(full, 'service:telemetry')).to.have.property('states');
    socket.forget();
    await world.pass(250);
    world.work();
    const effect = socket.messages.find(({ name }) => name === 'observeProcess')!;
    expect(JSON.parse(effect.definition!)).to.deep.equal({ id: 'observeProcess' });
    const causes = socket.messages.map(({ event, cause }) => `${event?.type ?? ''} ${cause ?? '-'}`);
    expect(causes).to.include.members(['xstate.done.actor.launchProcess launch.finished']);
    expect(full.messages.filter((message) => 'cause' in message)).to.deep.equal([]);
  });

  it('sends the messages of a slice in few frames in the compact form, and each in its own one in the full form', () => {
    const world = new HubWorld();
    for (let index = 0; index < 200; index += 1) world.startService(serviceSpec(`service${index}`));
    const { socket } = world.watch(undefined, 'compact');
    const full = world.watch().socket;
    world.slice();
    expect(socket.messages.length).to.be.above(200);
    expect(socket.frames).to.be.within(2, socket.messages.length / 20);
    expect(full.frames).to.equal(full.messages.length);
  });

  it('announces a new actor with its next event', async () => {
    const world = new HubWorld();
    const { socket } = world.watch();
    world.work();
    world.startService(serviceSpec('telemetry'));
    world.work();

    expect(socket.toldOf('service:telemetry').slice(0, 4)).to.deep.equal([
      'actor',
      'event xstate.init',
      'snapshot {"stopped":"idle"} (xstate.init)',
      'event service.start',
    ]);
    await world.pass(200);
    world.work();
    expect(socket.toldOf('service:telemetry').at(-1)).to.match(/running/);
  });

  it('does not send what the sent state already contains', () => {
    const world = new HubWorld();
    const { socket } = world.watch();
    world.startService(serviceSpec('telemetry')); // before the first slice
    world.work();

    const told = socket.toldOf('service:telemetry');
    expect(told.filter((each) => each === 'actor')).to.have.length(1);
    expect(told[0]).to.equal('actor');
  });

  it('reports the end of an actor and then forgets it', async () => {
    const world = new HubWorld();
    world.startService(serviceSpec('telemetry'));
    await world.pass(200);
    const { socket } = world.watch();
    world.work();
    world.service('telemetry').send({ type: 'service.stop', correlationId: null });
    await world.pass(200);
    await world.pass(200);
    world.root.send({ type: 'supervisor.remove', actorId: 'service:telemetry' });
    world.work();
    expect(socket.messages.filter(({ snapshot }) => snapshot?.status === 'stopped')).not.to.deep.equal([]);

    const late = world.watch().socket;
    world.work();
    expect(late.registered).to.deep.equal(['root']);
  });

  it('reveals no environment value, neither of a context nor of an event nor of the input of an effect', async () => {
    const world = new HubWorld();
    const { socket } = world.watch();
    world.work();
    const spec = serviceSpec('telemetry', { env: { API_KEY: SECRET, SHORT: 'abc-42' }, args: [`--key=${SECRET}`] });
    world.startService(spec);
    await world.pass(200);
    world.service('telemetry').send({ type: 'service.configure', spec: { ...spec, env: { API_KEY: `${SECRET}2` } } });
    await world.pass(200);
    const late = world.watch().socket;
    world.work();

    for (const { messages } of [socket, late]) {
      expect(messages.length).to.be.greaterThan(4);
      expect(JSON.stringify(messages)).to.include('API_KEY').and.not.include(SECRET).and.not.include('abc-42');
    }
  });

  it('logs what goes wrong while it sends a frame, and continues', () => {
    const world = new HubWorld();
    world.startService(serviceSpec('telemetry'));
    const { socket } = world.watch(undefined, 'compact');
    const send = socket.send.bind(socket);
    socket.send = () => {
      socket.send = send;
      throw new Error('no');
    };
    world.work();
    expect(JSON.stringify(world.log.records)).to.include('the inspector failed to show an actor');
    world.service('telemetry').send({ type: 'service.watch', watcher: 'root' });
    world.work();
    expect(socket.messages).not.to.deep.equal([]);
  });

  it('works in slices, so that other work gets its turn in between', async () => {
    const world = new HubWorld({ sliceMs: 10 }, 3);
    for (let index = 0; index < 20; index += 1) world.startService(serviceSpec(`s${index}`));
    await world.pass(200);
    const { socket } = world.watch();
    world.slice();
    const { length } = socket.registered;
    expect(length).to.be.within(1, 10);
    expect(world.isIdle).to.be.false;
    world.work();
    expect(socket.registered).to.have.length(1 + 20 * 2);
  });

  describe('to a viewer that reads too slowly', () => {
    for (const form of ['full', 'compact'] as const)
      it(`sends no more than the buffer holds, and when it has caught up the state of each actor once, in the ${form} form`, async () => {
        const world = new HubWorld({ buffering: { highBytes: 1, lowBytes: 0 } });
        for (const id of ['one', 'two', 'three']) world.startService(serviceSpec(id));
        await world.pass(200);
        const { socket } = world.watch(undefined, form);
        world.work();
        const before = socket.frames;
        socket.isReading = false;
        for (let round = 0; round < 50; round += 1) {
          world.service('one').send({ type: 'service.watch', watcher: 'root' });
          world.service('two').send({ type: 'service.watch', watcher: 'root' });
          world.work();
        }
        expect(socket.frames - before).to.equal(1);

        const { length } = socket.messages;
        socket.read();
        world.work();
        expect(socket.messages.slice(length).map(({ type, event }) => `${type} ${event?.type ?? ''}`)).to.deep.equal([
          '@xstate.snapshot inspector.sync',
          '@xstate.snapshot inspector.sync',
          '@xstate.snapshot inspector.sync', // of the root, which was told by both
        ]);
      });

    it('sends the first state piece by piece as it is read, with every actor at the end', async () => {
      const world = new HubWorld({ buffering: { highBytes: 1, lowBytes: 0 } });
      for (let index = 0; index < 5; index += 1) world.startService(serviceSpec(`s${index}`));
      await world.pass(200);
      const { socket } = world.watch();
      socket.isReading = false;
      world.work();
      const { length } = socket.messages;
      expect(length).to.equal(2);
      for (let round = 0; round < 60; round += 1) {
        socket.read();
        socket.isReading = false;
        world.work();
      }
      expect(socket.registered).to.have.length(1 + 5 * 2);
      expect(new Set(socket.messages.map(({ sessionId }) => sessionId))).to.have.length(1 + 5 * 2);
    });

    it('reports an actor that has ended in the meantime', async () => {
      const world = new HubWorld({ buffering: { highBytes: 1, lowBytes: 0 } });
      world.root.send({
        type: 'supervisor.ensure',
        services: [{ spec: serviceSpec('telemetry'), holders: [], intended: 'stopped' }],
        agents: [],
      });
      const { socket } = world.watch();
      world.work();
      socket.isReading = false;
      world.service('telemetry').send({ type: 'service.watch', watcher: 'nobody' });
      world.root.send({ type: 'supervisor.remove', actorId: 'service:telemetry' });
      world.work();
      socket.read();
      world.work();
      expect(socket.toldOf('service:telemetry').at(-1)).to.equal('snapshot {"stopped":"idle"} (inspector.sync)');
      expect(socket.messages.findLast(({ name }) => name === undefined)!.snapshot!.status).to.equal('active');
      const last = socket.messages.filter(({ snapshot }) => snapshot?.status === 'stopped');
      expect(last).to.have.length(1);
      await world.pass();
    });

    it('does not make other viewers wait', async () => {
      const world = new HubWorld({ buffering: { highBytes: 1, lowBytes: 0 } });
      const slow = world.watch().socket;
      slow.isReading = false;
      const quick = world.watch().socket;
      world.startService(serviceSpec('telemetry'));
      await world.pass(200);
      world.work();
      expect(quick.toldOf('service:telemetry').at(-1)).to.match(/running/);
      expect(slow.messages).to.have.length(2);
    });
  });

  it('keeps a bounded number of unsent messages, and sends the state of the actors for dropped ones', async () => {
    const world = new HubWorld({ maxObserved: 10 });
    world.startService(serviceSpec('telemetry'));
    await world.pass(200);
    const { socket } = world.watch();
    world.work();
    socket.forget();
    for (let round = 0; round < 500; round += 1) {
      world.service('telemetry').send({ type: 'service.watch', watcher: 'nobody' });
    }
    world.work();
    expect(socket.messages.length).to.be.within(1, 15);
    expect(socket.messages.some(({ event }) => event?.type === 'inspector.sync')).to.be.true;
  });

  it('limits the number of viewers, and says so', () => {
    const world = new HubWorld({ maxViewers: 2 });
    const first = world.watch();
    world.watch();
    const third = world.watch();
    expect(third.handle).to.equal(undefined);
    expect(third.socket.closed).to.deep.equal({
      code: 1013,
      reason: 'Too many viewers are connected to this host. Close one, or try again later.',
    });
    first.handle?.leave();
    expect(world.watch().handle).not.to.equal(undefined);
  });

  it('closes the connection of a viewer that no longer responds', () => {
    const world = new HubWorld({ heartbeatMs: 1_000 });
    const gone = world.watch();
    const there = world.watch();
    world.timers.increment(1_000);
    expect([gone.socket.pings, there.socket.pings]).to.deep.equal([1, 1]);
    there.handle?.markAlive();
    world.timers.increment(1_000);
    expect([gone.socket.isCut, there.socket.isCut]).to.deep.equal([true, false]);
    expect(world.hub.viewers).to.equal(1);
  });

  it('closes the connection when the token that opened it is withdrawn, at the latest at the next heartbeat', () => {
    const world = new HubWorld({ heartbeatMs: 1_000 });
    const held = { told: true, untold: true };
    const listeners: (() => void)[] = [];
    const told = world.watch({
      isValid: () => held.told,
      watch: (listener) => (listeners.push(listener), () => listeners.pop()),
    });
    const untold = world.watch({ isValid: () => held.untold, watch: () => () => undefined });
    listeners[0]!();
    expect(told.socket.closed).to.equal(null);
    held.told = false;
    listeners[0]!();
    expect(told.socket.closed).to.deep.include({ code: 1008 });
    expect(listeners).to.deep.equal([]);
    held.untold = false;
    world.timers.increment(1_000);
    expect(untold.socket.closed).to.deep.include({ code: 1008 });
    expect(world.observers).to.equal(0);
  });

  it('closes the connections when the host shuts down, and stops observing', () => {
    const world = new HubWorld();
    const { socket } = world.watch();
    world.hub.close();
    expect(socket.closed).to.deep.include({ code: 1001 });
    expect(world.observers).to.equal(0);
    expect(world.watch().socket.closed).to.deep.include({ code: 1001 });
  });
});
