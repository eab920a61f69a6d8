import { expect } from 'chai';
import { consequences, isPossible, planOf } from '../../../lib/frontend/command/consequences.ts';
import type { Target } from '../../../lib/frontend/command/consequences.ts';
import { agentOf, serviceOf } from './views.ts';

describe('what the dashboard says before a command', () => {
  const service = (more: Parameters<typeof serviceOf>[1] = {}): Target => ({
    type: 'service',
    view: serviceOf('pump1-corerl', { pid: 7, generation: 3, agents: ['pump1'], ...more }),
  });
  const agent: Target = { type: 'agent', view: agentOf('pump1', { config_path: '/plant/pump1.yaml' }) };

  it('names the process that will be stopped, and what can start it again', () => {
    expect(consequences('stop', service())).to.equal(
      'Process 7 and its descendants will be stopped. It stays stopped, even when the host restarts, until it or pump1 is started.',
    );
    expect(consequences('stop', service({ pid: null, agents: [] })))
      .to.include('It has no process at the moment.')
      .and.include('until it is');
    expect(consequences('stop', service({ pid: null, place: 'pod pump1' }))).to.include(
      'Its pod pump1 and its descendants will be stopped.',
    );
    expect(consequences('stop', service({ agents: ['a', 'b', 'c'] }))).to.include('until it or a, b and c is');
  });

  it('names the next generation', () => {
    expect(consequences('restart', service())).to.include('Process 7').and.include('as generation 4');
  });

  it('says what a start clears', () => {
    expect(consequences('start', service())).to.include('pump1-corerl will start at once').and.include('are cleared');
  });

  it('names the services of an agent and its file', () => {
    expect(consequences('start', agent)).to.include(
      '/plant/pump1.yaml will be read, and pump1-coreio and pump1-corerl will start',
    );
    expect(consequences('stop', agent)).to.include('pump1-coreio and pump1-corerl').and.include('pump1 stays stopped');
    expect(consequences('restart', agent)).to.include('launched again').and.include('left alone');
  });

  it('offers commands that would change something', () => {
    const offered = (target: Target): readonly string[] =>
      (['start', 'stop', 'restart'] as const).filter((command) => isPossible(command, target));

    expect(offered(service())).to.deep.equal(['stop', 'restart']);
    expect(offered(service({ state: 'failed' }))).to.deep.equal(['start', 'stop', 'restart']);
    expect(offered(service({ state: 'stopped', intended_state: 'stopped' }))).to.deep.equal(['start']);
  });

  it('divides several: who gets the command, who gets it with its agent, and for whom nothing changes', () => {
    const stopped: Target = {
      type: 'service',
      view: serviceOf('gate', { state: 'stopped', intended_state: 'stopped' }),
    };
    const io: Target = { type: 'service', view: serviceOf('plant-io') };
    const plan = planOf('restart', [agent, service(), stopped, io]);
    expect(plan.acting.map(({ view }) => view.id)).to.deep.equal(['pump1', 'plant-io']);
    expect(plan.covered).to.deep.equal([{ id: 'pump1-corerl', by: 'pump1' }]);
    expect(plan.unchanged).to.deep.equal(['gate']);
    expect(planOf('start', [agent, service(), stopped]).acting).to.deep.equal([stopped]);
  });
});
