import { expect } from 'chai';
import { Tape } from '../../../../lib/dashboard/inspector/model/tape.ts';
import type { Message } from '../../../../lib/dashboard/inspector/model/message.ts';
import { plantWorld, type TapeWorld } from './tape-world.ts';

function rowsOf({ tape }: TapeWorld): readonly string[] {
  return tape.rows.map(({ type, event }) => `${type} ${event}`);
}

const namesAt = ({ tape }: TapeWorld, position = tape.end): readonly string[] =>
  tape.actorsAt(position).map(({ name }) => name);

describe('the tape of the inspector', () => {
  it('has no row for what a host says about its state at first', () => {
    const world = plantWorld();
    expect(world.tape.rows).to.deep.equal([]);
    expect(namesAt(world)).to.have.length(6);
    expect(world.state('service:pump1-corerl')).to.deep.equal({ running: 'ready' });
  });

  it('has a row for each event, and the state of the receiver after it, though other events came before that', () => {
    const world = plantWorld();
    world.event('service:pump1-corerl', 'service.stop');
    world.event('agent:pump1', 'service.changed', 'service:pump1-corerl');
    world.snapshot('service:pump1-corerl', 'service.stop', { stopping: 'terminating' });
    world.snapshot('agent:pump1', 'service.changed', 'starting');

    expect(rowsOf(world)).to.deep.equal(['event service.stop', 'event service.changed']);
    const [stop, changed] = world.tape.rows.map(({ position }) => position);
    expect(world.state('service:pump1-corerl', stop! - 1)).to.deep.equal({ running: 'ready' });
    expect(world.state('service:pump1-corerl', stop)).to.deep.equal({ stopping: 'terminating' });
    expect(world.state('agent:pump1', stop)).to.equal('running');
    expect(world.state('agent:pump1', changed)).to.equal('starting');
    expect(world.tape.rows[1]).to.include({
      actorId: world.id('agent:pump1'),
      sourceId: world.id('service:pump1-corerl'),
    });
    expect(world.tape.stateBefore(world.id('agent:pump1'), changed!)?.value).to.equal('running');
  });

  it('keeps apart two events of one type that wait', () => {
    const world = plantWorld();
    world.event('agent:pump1', 'service.changed');
    world.event('agent:pump1', 'service.changed');
    world.snapshot('agent:pump1', 'service.changed', 'backoff');
    world.snapshot('agent:pump1', 'service.changed', 'failed');
    const [one, other] = world.tape.rows.map(({ position }) => position);
    expect([world.state('agent:pump1', one), world.state('agent:pump1', other)]).to.deep.equal(['backoff', 'failed']);
  });

  it('says where a state changed without an event that it knows, and where the host left messages out', () => {
    const world = plantWorld();
    world.snapshot('agent:pump1', 'service.changed', 'backoff');
    world.sync('agent:pump1', 'failed');
    expect(rowsOf(world)).to.deep.equal(['changed service.changed', 'missed messages were left out']);
    expect(world.state('agent:pump1')).to.equal('failed');
  });

  it('knows who lived at a position', () => {
    const world = plantWorld();
    const before = world.tape.end;
    world.event('observe', 'xstate.stop');
    world.snapshot('observe', 'xstate.stop', undefined, 'stopped');
    world.register('later', { parent: 'service:pump1-corerl' });
    expect(namesAt(world)).to.include('later').and.not.include('observe');
    expect(namesAt(world, before)).to.include('observe').and.not.include('later');
  });

  it('marks a lost connection once, and takes up the actors that are still there', () => {
    const world = plantWorld();
    world.move('agent:pump1', 'service.changed', 'backoff');
    world.tape.lose(5_000, 'the connection to the host was lost');
    expect(namesAt(world)).to.deep.equal([]);
    world.register('root', { machine: 'supervisor', value: 'supervising' });
    world.register('agent:pump1', { machine: 'agent', parent: 'root', value: 'stopped' });
    expect(rowsOf(world)).to.deep.equal(['event service.changed', 'lost the connection to the host was lost']);
    expect(namesAt(world)).to.deep.equal(['root', 'agent:pump1']);
    expect(world.state('agent:pump1')).to.equal('stopped');
  });

  it('ends the actors of a host that was restarted', () => {
    const world = plantWorld();
    world.run = 'run2';
    world.register('root', { machine: 'supervisor' });
    expect(namesAt(world)).to.deep.equal(['root']);
    expect(world.tape.actorsAt(world.tape.end)[0]?.id).to.equal('run2/x:root');
  });

  it('keeps a bounded number of rows, says how many it dropped, and still knows the states', () => {
    const world = plantWorld({ rows: 1_000, characters: Infinity });
    for (let round = 0; round < 3_000; round += 1)
      world.move('agent:pump1', `e${round}`, round % 2 === 0 ? 'running' : 'backoff');
    const { tape } = world;
    expect(tape.rows.length).to.be.within(1_000, 1_500);
    expect(tape.dropped + tape.rows.length).to.equal(3_000);
    expect(tape.rows.at(-1)?.event).to.equal('e2999');
    const [first] = tape.rows;
    const round = Number(first!.event.slice(1));
    expect(world.state('agent:pump1', first!.position)).to.equal(round % 2 === 0 ? 'running' : 'backoff');
    expect(world.state('agent:pump1', first!.position - 1)).to.equal(round % 2 === 0 ? 'backoff' : 'running');
    expect(world.state('service:telemetry', first!.position)).to.equal('stopped');
  });

  it('keeps a bounded size, too, also of actors that come and end', () => {
    const world = plantWorld({ rows: Infinity, characters: 1_000_000 });
    for (let round = 0; round < 5_000; round += 1) {
      world.register(`effect${round}`, { parent: 'agent:pump1' });
      world.event(`effect${round}`, 'xstate.done', undefined, { text: 'x'.repeat(500) });
      world.snapshot(`effect${round}`, 'xstate.done', undefined, 'done');
    }
    const kept = world.tape.rows.reduce((sum, { text }) => sum + text.length, 0);
    expect(kept).to.be.within(200_000, 1_000_000);
    expect(world.tape.actor(world.id('effect0'))).to.equal(null);
    expect(world.tape.actor(world.id('effect4999'))).not.to.equal(null);
  });

  it('can bring another tape to its state', () => {
    const world = plantWorld();
    world.move('agent:pump1', 'service.changed', 'backoff');
    world.snapshot('observe', 'xstate.stop', undefined, 'stopped');
    const other = new Tape();
    for (const text of world.tape.stateMessages()) other.append(JSON.parse(text) as Message, text);
    expect(other.rows).to.deep.equal([]);
    expect(other.actorsAt(other.end).map(({ name }) => name)).to.deep.equal(namesAt(world));
    expect(other.stateAt(world.id('agent:pump1'), other.end)?.value).to.equal('backoff');
  });
});
