import { expect } from 'chai';
import { consequences, isPossible } from '../../../lib/dashboard/command/consequences.ts';
import type { Target } from '../../../lib/dashboard/command/consequences.ts';
import { agentOf, serviceOf } from './views.ts';

describe('what the dashboard says before a command', () => {
  const service = (more: Parameters<typeof serviceOf>[1] = {}): Target => ({
    type: 'service',
    view: serviceOf('pump1-corerl', { pid: 7, generation: 3, agents: ['pump1'], ...more }),
  });
  const agent: Target = { type: 'agent', view: agentOf('pump1', { config_path: '/plant/pump1.yaml' }) };

  it('names the process that ends, and who can start it again', () => {
    expect(consequences('stop', service())).to.equal(
      'Process 7 and everything it has started are ended. It stays stopped, over restarts of the host too, until it or pump1 is started again.',
    );
    expect(consequences('stop', service({ pid: null, agents: [] })))
      .to.include('It has no process now.')
      .and.include('until it is');
    expect(consequences('stop', service({ agents: ['a', 'b', 'c'] }))).to.include('until it or a, b and c is');
  });

  it('names the generation that comes', () => {
    expect(consequences('restart', service())).to.include('Process 7').and.include('as generation 4');
  });

  it('says what a start clears', () => {
    expect(consequences('start', service())).to.include('pump1-corerl is started at once').and.include('is cleared');
  });

  it('names the services of an agent and its file', () => {
    expect(consequences('start', agent)).to.include(
      '/plant/pump1.yaml is read, and pump1-coreio and pump1-corerl start',
    );
    expect(consequences('stop', agent)).to.include('pump1-coreio and pump1-corerl').and.include('pump1 stays stopped');
    expect(consequences('restart', agent)).to.include('launched anew').and.include('left alone');
  });

  it('offers what would change something', () => {
    const offered = (target: Target): readonly string[] =>
      (['start', 'stop', 'restart'] as const).filter((command) => isPossible(command, target));

    expect(offered(service())).to.deep.equal(['stop', 'restart']);
    expect(offered(service({ state: 'failed' }))).to.deep.equal(['start', 'stop', 'restart']);
    expect(offered(service({ state: 'stopped', intended_state: 'stopped' }))).to.deep.equal(['start']);
  });
});
