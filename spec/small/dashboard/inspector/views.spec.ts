import { expect } from 'chai';
import { ALL_EVENTS, matching } from '../../../../lib/dashboard/inspector/model/filter.ts';
import { sequenceOf } from '../../../../lib/dashboard/inspector/model/lifelines.ts';
import { nameOf } from '../../../../lib/dashboard/inspector/model/names.ts';
import { parseRecording, recordingText, tapeOf } from '../../../../lib/dashboard/inspector/model/recording.ts';
import { chartStateOf, pathsOf, stateWords } from '../../../../lib/dashboard/inspector/model/state-value.ts';
import { HOST_ROW, treeOf } from '../../../../lib/dashboard/inspector/model/tree.ts';
import { keyMove } from '../../../../lib/dashboard/list/moves.ts';
import { plantWorld, type TapeWorld } from './tape-world.ts';

const NOTHING = { host: 'plant', search: '', toggled: new Set<string>() };

function treeLines({ tape }: TapeWorld, given: Partial<typeof NOTHING> = {}, position = tape.end): readonly string[] {
  return treeOf(tape, position, { ...NOTHING, ...given }).map(
    ({ name, level, position: place, siblings }) => `${'  '.repeat(level - 1)}${name} ${place}/${siblings}`,
  );
}

describe('the tree of actors', () => {
  it('has the host, the supervisor, agents with their services, then the others; effects are closed', () => {
    const world = plantWorld();
    world.register('webhook:shift', { machine: 'webhook' });
    expect(treeLines(world)).to.deep.equal([
      'plant 1/1',
      '  supervisor 1/2',
      '    agent:pump1 1/2',
      '      pump1-coreio 1/2',
      '      pump1-corerl 2/2',
      '    telemetry 2/2',
      '  webhook:shift 2/2',
    ]);
    const toggled = new Set([world.id('service:pump1-corerl'), world.id('agent:pump1')]);
    expect(treeLines(world, { toggled })).to.include('    agent:pump1 1/2').and.not.include('      pump1-corerl 2/2');
    expect(treeLines(world, { toggled: new Set([world.id('service:pump1-corerl')]) })).to.include(
      '        observe 1/1',
    );
  });

  it('lists a service below the supervisor while two agents hold it, and moves it when that changes', () => {
    const world = plantWorld();
    const before = world.tape.structure;
    world.sync('service:pump1-coreio', 'stopped', ['agent:pump1', 'agent:pump2']);
    expect(world.tape.structure).to.be.greaterThan(before);
    world.register('agent:pump2', { machine: 'agent', parent: 'root' });
    expect(treeLines(world)).to.include('    pump1-coreio 3/4');
  });

  it('shows what matches a search with everything above it, open', () => {
    expect(treeLines(plantWorld(), { search: 'OBSERVE' })).to.deep.equal([
      'plant 1/1',
      '  supervisor 1/1',
      '    agent:pump1 1/1',
      '      pump1-corerl 1/1',
      '        observe 1/1',
    ]);
  });

  it('is that of the shown moment', () => {
    const world = plantWorld();
    const { end } = world.tape;
    world.register('service:later', { machine: 'service', parent: 'root' });
    expect(treeLines(world).join()).to.include('later');
    expect(treeLines(world, {}, end).join()).not.to.include('later');
  });

  it('is moved in by keys like the list of the dashboard, at any depth', () => {
    const world = plantWorld();
    const rows = treeOf(world.tape, world.tape.end, NOTHING);
    const at = (name: string): number => rows.findIndex((row) => row.name === name);
    expect(keyMove('Home', rows, at('telemetry'), 5)).to.deep.equal({ type: 'go', id: HOST_ROW });
    expect(keyMove('ArrowLeft', rows, at('pump1-coreio'), 5)).to.deep.equal({
      type: 'go',
      id: world.id('agent:pump1'),
    });
    expect(keyMove('ArrowRight', rows, at('supervisor'), 5)).to.deep.equal({ type: 'go', id: world.id('agent:pump1') });
    expect(keyMove('ArrowRight', rows, at('pump1-corerl'), 5)).to.deep.equal({
      type: 'toggle',
      id: world.id('service:pump1-corerl'),
    });
    expect(keyMove('ArrowLeft', rows, at('telemetry'), 5)).to.deep.equal({ type: 'go', id: world.id('root') });
  });
});

describe('the listed events', () => {
  function busyWorld(): TapeWorld {
    const world = plantWorld();
    world.event('agent:pump1', 'agent.stop');
    world.event('service:pump1-corerl', 'service.release', 'agent:pump1');
    world.event('observe', 'xstate.stop', 'service:pump1-corerl');
    world.event('service:pump1-corerl', 'xstate.done.actor.observe', 'observe');
    world.tape.lose(9_000, 'the connection to the host was lost');
    return world;
  }
  const listed = (world: TapeWorld, filter: Partial<typeof ALL_EVENTS>): readonly string[] =>
    matching(world.tape, { ...ALL_EVENTS, ...filter }).map(({ event }) => event.replace(/ .*/, '…'));

  it('are without what effects get, unless that is asked for', () => {
    expect(listed(busyWorld(), {})).to.deep.equal([
      'agent.stop',
      'service.release',
      'xstate.done.actor.observe',
      'the…',
    ]);
    expect(listed(busyWorld(), { withEffects: true })).to.include('xstate.stop');
  });

  it('can be selected by parts of the sender, the receiver and the type, several each, and a gap stays', () => {
    expect(listed(busyWorld(), { actor: 'AGENT:pump1' })).to.deep.equal(['agent.stop', 'service.release', 'the…']);
    expect(listed(busyWorld(), { actor: 'outside' })).to.deep.equal(['agent.stop', 'the…']);
    expect(listed(busyWorld(), { event: 'release, .stop' })).to.deep.equal(['agent.stop', 'service.release', 'the…']);
    expect(listed(busyWorld(), { actor: 'corerl', event: 'done' })).to.deep.equal([
      'xstate.done.actor.observe',
      'the…',
    ]);
  });

  it('have arrows between the lifelines of machines; effects share that of the machine that runs them', () => {
    const world = busyWorld();
    const { lifelines, arrowOf } = sequenceOf(world.tape, world.tape.rows);
    expect(lifelines.map(({ name }) => name)).to.deep.equal(['outside', 'agent:pump1', 'service:pump1-corerl']);
    expect(world.tape.rows.map(arrowOf)).to.deep.equal([
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 2, to: 2 },
      { from: 2, to: 2 },
      null,
    ]);
  });

  it('name an effect with the machine that runs it', () => {
    const world = plantWorld();
    expect(nameOf(world.tape, world.id('observe'))).to.equal('service:pump1-corerl › observe');
    expect(nameOf(world.tape, world.id('root'))).to.equal('supervisor');
    expect(nameOf(world.tape, null)).to.equal('outside');
    expect(nameOf(world.tape, 'run0/x:9')).to.equal('an actor that is no longer kept');
  });
});

describe('a recording', () => {
  const head = {
    host: { name: 'plant-north', version: '0.1.0' },
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:05:05.000Z',
    charts: { service: '<svg/>' },
  };

  function recorded(): { readonly world: TapeWorld; readonly text: string } {
    const world = plantWorld();
    world.move('agent:pump1', 'service.changed', 'backoff');
    const messages = [...world.tape.stateMessages()];
    const { length } = world.texts;
    world.move('agent:pump1', 'service.changed', 'failed', 'service:pump1-corerl');
    return { world, text: recordingText(head, [...messages, ...world.texts.slice(length)]) };
  }

  it('has everything that a page needs to show it without the host', () => {
    const { world, text } = recorded();
    const recording = parseRecording(text);
    expect({ ...recording, messages: null }).to.deep.equal({ ...head, messages: null });
    const tape = tapeOf(recording);
    expect(tape.rows.map(({ event, type }) => `${type} ${event}`)).to.deep.equal(['event service.changed']);
    const id = world.id('agent:pump1');
    expect(tape.stateAt(id, tape.end)?.value).to.equal('failed');
    expect(tape.stateBefore(id, tape.end)?.value).to.equal('backoff');
    expect(treeOf(tape, tape.end, NOTHING)).to.have.length(6);
  });

  const wrong: readonly (readonly [what: string, text: string, message: string])[] = [
    ['no JSON', 'hello', 'This file is no recording of the inspector, or only a part of one: it is not JSON.'],
    ['a part of one', recorded().text.slice(0, -200), 'or only a part of one'],
    ['something else', '{"format":"x"}', 'This file is no recording of the inspector.'],
    ['null', 'null', 'This file is no recording of the inspector.'],
    ['a newer one', recorded().text.replace('"version":1', '"version":2'), 'has version 2; this page reads version 1'],
    ['one without a host', recorded().text.replace('"host":', '"guest":'), 'is incomplete'],
    ['one with a wrong time', recorded().text.replace('2026-01-02T03:04', 'yesterday'), 'is incomplete'],
    ['one with another message', recorded().text.replace('"@xstate.event"', '"@other"'), 'Message 7 of this recording'],
  ];
  for (const [what, text, message] of wrong) {
    it(`is not read from ${what}, and the reason is said`, () => {
      expect(() => parseRecording(text)).to.throw(message);
    });
  }
});

describe('a state value', () => {
  it('becomes paths and words', () => {
    expect(pathsOf({ running: 'ready' })).to.deep.equal(['running', 'running.ready']);
    expect(stateWords({ running: 'ready' })).to.equal('running · ready');
    const regions = { open: { work: 'awaiting', sound: 'audible' } };
    expect(pathsOf(regions)).to.deep.equal([
      'open',
      'open.work',
      'open.work.awaiting',
      'open.sound',
      'open.sound.audible',
    ]);
    expect(stateWords(regions)).to.equal('work · awaiting, sound · audible');
    expect(chartStateOf({ backoff: 'waiting' })).to.deep.equal({ state: 'backoff', substate: 'waiting' });
    expect(chartStateOf('running')).to.deep.equal({ state: 'running', substate: null });
    expect(chartStateOf(undefined)).to.deep.equal({ state: null, substate: null });
  });
});
