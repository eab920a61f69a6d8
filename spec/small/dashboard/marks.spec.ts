import { expect } from 'chai';
import { arrowsOf, currentPaths } from '../../../lib/dashboard/drawing/marks.ts';

describe('the highlights in a statechart', () => {
  const arrows = [
    { source: 'starting.launching', target: 'starting.settling', causes: ['launch.finished'] },
    { source: 'starting', target: 'failed.missing', causes: ['executable.search_finished'] },
    { source: 'starting', target: 'backoff.judging', causes: ['process.exited', 'launch.finished'] },
    { source: 'running', target: 'backoff.judging', causes: ['process.exited'] },
    { source: 'backoff', target: 'starting', causes: ['deadline'] },
    { source: 'backoff.judging', target: 'failed.exhausted', causes: ['choice'] },
    { source: 'backoff.judging', target: 'starting', causes: ['choice'] },
    { source: 'backoff.judging', target: 'backoff.waiting', causes: ['choice'] },
    { source: '', target: 'starting', causes: ['service.start', 'service.restart'] },
    { source: 'running', target: 'stopping', causes: ['service.restart'] },
    { source: '', target: 'stopping', causes: ['service.stop'] },
  ];
  const lit = (from: string | null, to: string, cause: string) => {
    const [state = null, substate = null] = to.split('.');
    return arrowsOf(arrows, { from, state, substate, cause }).map(({ source, target }) => `${source} > ${target}`);
  };

  it('include the outer state and the nested one', () => {
    expect(currentPaths({ state: 'running', substate: 'ready' })).to.deep.equal(['running', 'running.ready']);
    expect(currentPaths({ state: 'backoff', substate: null })).to.deep.equal(['backoff']);
    expect(currentPaths({ state: null, substate: null })).to.deep.equal([]);
  });

  it('include the arrow between the two states that matches the cause, else the target', () => {
    expect(lit('starting', 'failed.missing', 'executable.search_finished')).to.deep.equal([
      'starting > failed.missing',
    ]);
    expect(lit('starting', 'failed.missing', 'something else')).to.deep.equal(['starting > failed.missing']);
    expect(lit('backoff', 'starting.waiting', 'deadline')).to.deep.equal(['backoff > starting']);
  });

  it('include both arrows through a choice state', () => {
    const give = ['backoff.judging > failed.exhausted'];
    expect(lit('starting', 'failed.exhausted', 'process.exited')).to.deep.equal([
      'starting > backoff.judging',
      ...give,
    ]);
    expect(lit('running', 'failed.exhausted', 'process.exited')).to.deep.equal(['running > backoff.judging', ...give]);
    expect(lit('running', 'backoff.waiting', 'process.exited')).to.deep.equal([
      'running > backoff.judging',
      'backoff.judging > backoff.waiting',
    ]);
    expect(lit('running', 'starting.waiting', 'process.exited')).to.deep.equal([
      'running > backoff.judging',
      'backoff.judging > starting',
    ]);
  });

  it('include the arrow from any state if the state itself has none for the cause', () => {
    expect(lit('running', 'stopping.terminating', 'service.stop')).to.deep.equal([' > stopping']);
    expect(lit('running', 'stopping.terminating', 'service.restart')).to.deep.equal(['running > stopping']);
    expect(lit('failed', 'starting.waiting', 'service.restart')).to.deep.equal([' > starting']);
  });

  it('include no arrow if none connects the two states', () => {
    expect(lit('stopped', 'running', 'deadline')).to.deep.equal([]);
    expect(lit(null, 'running', 'deadline')).to.deep.equal([]);
  });
});
