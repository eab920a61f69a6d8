import { expect } from 'chai';
import { whatOf, requestOf } from '../../../lib/dashboard/detail/history/steps.ts';
import type { Step } from '../../../lib/dashboard/detail/history/steps.ts';
import { instant } from '../frontend/views.ts';

function stepOf(more: Partial<Step>): Step {
  return {
    ...{ seq: 1, at: instant(1), type: 'service.state_changed', cause: 'deadline', reason: null, correlation_id: null },
    ...{ why: 'its wait was over', sentence: 'It was launched.' },
    ...{ state: 'running', substate: 'ready', from: 'starting', generation: 2, pid: 7, exit: null },
    ...more,
  };
}

describe('a short description of a history step', () => {
  const cases: readonly [string, Partial<Step>][] = [
    ['running → stopping', { from: 'running', state: 'stopping' }],
    ['running → backoff', { type: 'agent.state_changed', from: 'running', state: 'backoff' }],
    [
      'process ended: SIGKILL (signal)',
      { type: 'process.exited', exit: { code: null, signal: 'SIGKILL', class: 'signal' } },
    ],
    ['process ended: code 1 (code)', { type: 'process.exited', exit: { code: 1, signal: null, class: 'code' } }],
    ['launched as generation 2, pid 7', { type: 'process.launched' }],
    ['adopted by a new host, pid 7', { type: 'process.adopted' }],
    ['not ready', { type: 'service.readiness_changed', substate: 'unready' }],
    ['stop requested', { type: 'service.stop_requested' }],
  ];
  for (const [what, step] of cases) {
    it(`is: ${what}`, () => {
      expect(whatOf(stepOf(step))).to.equal(what);
    });
  }

  it('names the request that directly caused it, and no other', () => {
    const who = (cause: Step['cause'], request: string | null) => requestOf(stepOf({ cause, correlation_id: request }));
    expect(who('service.restart', 'r1')).to.equal('request r1');
    expect(who('process.exited', 'r1')).to.equal(null);
    expect(who('service.restart', null)).to.equal(null);
  });
});
