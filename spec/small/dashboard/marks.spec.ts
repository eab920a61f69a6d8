import { expect } from 'chai';
import { arrowOf, currentPaths } from '../../../lib/dashboard/drawing/marks.ts';

describe('what is marked in a statechart', () => {
  const arrows = [
    { source: 'starting.launching', target: 'starting.settling', causes: ['starting.launching.done'] },
    { source: 'starting', target: 'failed.missing', causes: ['starting.resolving.done'] },
    { source: 'starting', target: 'failed.exhausted', causes: ['process.exited', 'deadline'] },
    { source: 'running', target: 'failed.exhausted', causes: ['process.exited'] },
    { source: 'backoff', target: 'starting', causes: ['deadline'] },
  ];

  it('is the outer state and the one inside it', () => {
    expect(currentPaths({ state: 'running', substate: 'ready' })).to.deep.equal(['running', 'running.ready']);
    expect(currentPaths({ state: 'backoff', substate: null })).to.deep.equal(['backoff']);
    expect(currentPaths({ state: null, substate: null })).to.deep.equal([]);
  });

  it('is the arrow between the two states by its cause, else by where it ends', () => {
    const failed = { from: 'starting', state: 'failed' } as const;

    expect(arrowOf(arrows, { ...failed, substate: 'exhausted', cause: 'process.exited' })).to.equal(arrows[2]);
    expect(arrowOf(arrows, { ...failed, substate: 'missing', cause: 'starting.resolving.done' })).to.equal(arrows[1]);
    expect(arrowOf(arrows, { ...failed, substate: 'missing', cause: 'something else' })).to.equal(arrows[1]);
    expect(arrowOf(arrows, { from: 'backoff', state: 'starting', substate: 'waiting', cause: 'deadline' })).to.equal(
      arrows[4],
    );
  });

  it('is no arrow when none leads from the one state to the other', () => {
    expect(arrowOf(arrows, { from: 'stopped', state: 'running', substate: null, cause: 'deadline' })).to.equal(null);
    expect(arrowOf(arrows, { from: null, state: 'running', substate: null, cause: 'deadline' })).to.equal(null);
  });
});
