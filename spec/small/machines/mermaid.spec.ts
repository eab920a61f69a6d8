import { expect } from 'chai';
import { createMachine } from 'xstate';
import { chartOf } from '../../../lib/machines/chart.ts';
import { mermaidOf } from '../../../lib/machines/mermaid.ts';
import { causeOf } from '../../../lib/model/causes.ts';
import { MACHINES } from '../../support/actors/machines.ts';

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
  it('has nested and final states, beginnings, and every transition with its label', () => {
    expect(mermaidOf(chartOf(lamp)).split('\n')).to.deep.equal([
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
      '  on --> broken : glow failed',
      '  on_dim --> on_bright : after tired',
      '  on_bright --> broken : [isHot(90)]',
      '',
    ]);
  });

  it('gives causes in the words of the journal', () => {
    const service = MACHINES.map(({ machine }) => machine).find(({ id }) => id === 'service');
    const causes = chartOf(service!).transitions.map(({ cause }) => cause);
    const told = ['xstate.after.untilDeadline.service.backoff.waiting', 'xstate.done.actor.launchProcess'];
    expect(causes).to.include.members([...told.map(causeOf), 'process.exited']);
  });
});
