import { expect } from 'chai';
import { stretchesOf, wordsOf } from '../../../lib/dashboard/detail/history/steps.ts';
import type { Step } from '../../../lib/dashboard/detail/history/steps.ts';
import { instant } from './views.ts';

function stepOf(more: Partial<Step>): Step {
  return {
    ...{ seq: 1, at: instant(1), type: 'service.state_changed', cause: 'deadline', reason: null, correlation_id: null },
    ...{ state: 'running', substate: 'ready', from: 'starting', generation: 2, pid: 7, exit: null },
    ...more,
  };
}

describe('the past of a service or an agent in words', () => {
  const cases: readonly [string, Partial<Step>, string, string | null, string | null][] = [
    [
      'a restart by a command',
      { from: 'running', state: 'stopping', cause: 'service.restart', correlation_id: 'r1' },
      'running → stopping',
      'a restart command',
      'request r1',
    ],
    [
      'a wait that is over',
      { from: 'backoff', state: 'starting', reason: 'waits until a runs' },
      'backoff → starting',
      'its wait before the next launch was over',
      null,
    ],
    [
      'a fall',
      {
        from: 'running',
        state: 'backoff',
        cause: 'process.exited',
        reason: 'the process exited with code 1',
        correlation_id: 'r1',
      },
      'running → backoff',
      'the process exited with code 1',
      null,
    ],
    [
      'a cause that has no words, on the way up',
      { from: 'failed', state: 'starting', cause: 'x.y', reason: 'waits' },
      'failed → starting',
      'waits',
      null,
    ],
    [
      'an end',
      { type: 'process.exited', cause: 'process.exited', exit: { code: null, signal: 'SIGKILL', class: 'signal' } },
      'process ended: SIGKILL (signal)',
      null,
      null,
    ],
    ['a launch', { type: 'process.launched' }, 'launched as generation 2, pid 7', null, null],
    ['an adoption', { type: 'process.adopted' }, 'adopted by a new host, pid 7', null, null],
    [
      'a move of an agent',
      { type: 'agent.state_changed', from: 'running', state: 'backoff', cause: 'service.changed' },
      'running → backoff',
      'one of its services changed',
      null,
    ],
    [
      'a step of another type',
      { type: 'service.stop_requested', correlation_id: 'r1', cause: 'service.stop' },
      'stop requested',
      null,
      'request r1',
    ],
  ];
  for (const [title, step, what, why, who] of cases) {
    it(`has ${title}`, () => {
      expect(wordsOf(stepOf(step))).to.deep.equal({ what, why, who });
    });
  }
});

describe('the past of a service as stretches of time', () => {
  const initially = { state: 'running', substate: 'ready', generation: 1, pid: 5 } as const;

  it('begins with what was the case before the oldest step, and ends now', () => {
    const steps = [
      stepOf({ seq: 1, at: instant(10), type: 'process.exited' }),
      stepOf({ seq: 2, at: instant(11), from: 'running', state: 'backoff' }),
      stepOf({ seq: 3, at: instant(14), from: 'backoff', state: 'starting' }),
    ];
    const stretches = stretchesOf({ initially, steps, next: null }, Date.parse(instant(20)));
    const seconds = stretches.map(({ state, from, to }) => [state, (to - from) / 1_000]);

    expect(seconds).to.deep.equal([
      ['running', 1],
      ['backoff', 3],
      ['starting', 6],
    ]);
  });

  it('is empty without a step', () => {
    expect(stretchesOf({ initially, steps: [], next: null }, 0)).to.deep.equal([]);
  });
});
