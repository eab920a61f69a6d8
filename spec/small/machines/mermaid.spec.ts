import { expect } from 'chai';
import { createMachine } from 'xstate';
import { chartOf } from '../../../lib/machines/chart.ts';
import { mermaidOf } from '../../../lib/machines/mermaid.ts';
import { causeOf } from '../../../lib/model/causes.ts';
import { arrowsOf } from '../../../lib/machines/arrows.ts';
import { LIBRARY, MACHINES } from '../../support/actors/machines.ts';

const lamp = createMachine({
  id: 'lamp',
  initial: 'off',
  states: {
    off: { on: { press: [{ guard: 'hasPower', target: 'on.dim' }, { target: 'broken' }], look: { actions: 'shine' } } },
    on: {
      initial: 'dim',
      states: {
        dim: { after: { tired: 'bright' } },
        bright: { always: { guard: { type: 'isHot', params: { over: 90 } }, target: '#lamp.broken' } },
      },
      invoke: { src: 'glow', onDone: 'off', onError: 'broken' },
    },
    broken: { type: 'final' },
    both: { type: 'parallel', states: { left: {}, right: {} } },
  },
});

describe('a machine as Mermaid', () => {
  it('has nested and final states, beginnings, and one arrow for all transitions between two states', () => {
    expect(mermaidOf(chartOf(lamp), arrowsOf(chartOf(lamp))).split('\n')).to.deep.equal([
      'stateDiagram-v2',
      '  [*] --> off',
      '  state "off" as off',
      '  state "on" as on {',
      '    [*] --> on_dim',
      '    state "dim" as on_dim',
      '    state "bright" as on_bright',
      '  }',
      '  state "broken" as broken',
      '  broken --> [*]',
      '  state "both" as both {',
      '    state "left" as both_left',
      '    --',
      '    state "right" as both_right',
      '  }',
      '  off --> on_dim : press [hasPower]',
      '  off --> broken : press',
      '  on --> off : glow done',
      '  on --> broken : glow failed<br/>[isHot(90)]',
      '  on_dim --> on_bright : after tired',
      '',
    ]);
  });

  it('leaves out what the drawing leaves out, unless it is asked for all events', () => {
    for (const { machine } of MACHINES) {
      const [main, all] = [LIBRARY.mermaid(machine.id, 'main'), LIBRARY.mermaid(machine.id, 'all')];
      expect(main, machine.id).not.to.match(/host\.(?:resume|drain|intention)|resume\./);
      const isAside = ['agent', 'service'].includes(machine.id);
      expect(all !== main, machine.id).to.equal(isAside);
      if (isAside) expect(all).to.match(/resume/);
    }
  });

  it('has as many arrows as the drawing, so that a service is no strip', () => {
    for (const { machine } of MACHINES) {
      const drawn = arrowsOf(chartOf(machine)).length;
      const beginnings = (text: string) => text.match(/\[\*\] -->|--> \[\*\]/g)?.length ?? 0;
      const text = LIBRARY.mermaid(machine.id, 'all');
      expect((text.match(/ --> /g)?.length ?? 0) - beginnings(text), machine.id).to.equal(drawn);
    }
  });

  it('gives causes in the words of the journal', () => {
    const service = MACHINES.map(({ machine }) => machine).find(({ id }) => id === 'service');
    const causes = chartOf(service!).transitions.map(({ cause }) => cause);
    const told = ['xstate.after.untilDeadline.service.backoff.waiting', 'xstate.done.actor.launchProcess'];
    expect(causes).to.include.members([...told.map(causeOf), 'process.exited']);
  });
});
