import { expect } from 'chai';
import { ControlWorld } from '../../../support/control/control-world.ts';

describe('a host as it is measured', () => {
  it('is what its views show, with agents and services in their order', async () => {
    const world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml', coreioId: 'shared' }, world.origin);
    await world.control.startAgent({ configPath: '/plant/pump2.yaml', coreioId: 'shared' }, world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
    world.processes.exit('pump1-corerl', { code: 1 });
    await world.pass();

    const failure = { probe: 'readiness', generation: 1, at: 1, reason: 'no answer' } as const;
    world.prober.found.set('pump2-corerl', [failure]);
    const measured = world.control.measured();
    const views = world.control.queries.services();
    expect(views.map(({ id, state }) => [id, state])).to.deep.include.members([
      ['shared', 'running'],
      ['pump1-corerl', 'backoff'],
    ]);
    expect([...measured.services()]).to.deep.equal(
      views.map(({ id, kind, agents, state, substate, generation, version, restarts, ...rest }) => ({
        ...{ id, kind, agents, state, substate, generation, version, restarts },
        intended: rest.intended_state,
        launchedAt: rest.started_at === null ? null : Date.parse(rest.started_at),
        isInDoubt: rest.doubt !== null,
        probeFailures: id === 'pump2-corerl' ? [failure] : [],
      })),
    );
    expect([...measured.agents()]).to.deep.equal([
      { id: 'pump1', state: 'backoff' },
      { id: 'pump2', state: 'running' },
    ]);
    expect(measured.healthReasons()).to.equal(0);
  });
});
