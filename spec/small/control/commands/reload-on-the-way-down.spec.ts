import { expect } from 'chai';
import type { AgentPlan } from '../../../../lib/model/spec.ts';
import { agentPlan, serviceSpec } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';

describe('a reload while services are on their way down', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
    world.processes.holdStops();
  });

  /** The configuration says something else from now on, which only a new launch can take over. */
  function edit(change: (plan: AgentPlan) => AgentPlan): void {
    world.specs.plans.set('pump1', change(agentPlan('pump1')));
  }

  const withRelease = (plan: AgentPlan): AgentPlan => ({
    ...plan,
    services: plan.services.map((spec) => ({ ...spec, env: { RELEASE: '2' } })),
  });

  it('brings none of an agent up again that is being stopped', async () => {
    const stop = world.control.stopAgent('pump1', world.origin);
    await world.pass();
    edit(withRelease);
    await world.control.reload(false, world.origin);
    world.processes.releaseStops();
    await world.pass();
    await stop;
    await world.pass(600_000);
    expect(world.control.queries.agent('pump1').state).to.equal('stopped');
    expect(world.processes.live()).to.deep.equal([]);
    expect(world.processes.launches).to.have.length(2);
  });

  it('does not bring a service up again that is being stopped by hand, and says why', async () => {
    const stop = world.control.stopService('pump1-corerl', world.origin);
    await world.pass();
    edit(withRelease);
    const { changes } = await world.control.reload(false, world.origin);
    expect(changes.find(({ service_id }) => service_id === 'pump1-corerl')).to.deep.include({
      action: 'update',
      reason: 'a new launch is needed for env, but it is intended to be stopped',
    });
    world.processes.releaseStops();
    await world.pass();
    await stop;
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'stopped', intended_state: 'stopped' });
  });

  it('keeps no agent waiting for a service that is no longer part of it', async () => {
    const third = serviceSpec('pump1-third', { agentId: 'pump1' });
    edit((plan) => ({ ...plan, services: [...plan.services, third] }));
    world.processes.releaseStops();
    await world.control.reload(false, world.origin);
    for (const wait of [0, 200]) await world.pass(wait);
    expect(world.control.queries.service('pump1-third').state).to.equal('running');

    const stop = world.processes.stop.bind(world.processes);
    world.processes.stop = (id, how) =>
      id === 'pump1-corerl' ? Promise.reject(new Error('no such luck')) : stop(id, how);
    void world.control.stopAgent('pump1', world.origin);
    await world.pass();
    edit((plan) => plan);
    await world.control.reload(false, world.origin);
    await world.pass();
    world.kill(1_000);
    await world.boot();
    await world.pass(1_000);
    expect(world.control.queries.agent('pump1').state).to.equal('stopped');
    expect(world.processes.live()).to.deep.equal([]);
  });

  it('starts a host service again that was dropped, stopped by a command, and is back', async () => {
    world.specs.hosts.push(serviceSpec('telemetry'));
    await world.control.reload(false, world.origin);
    for (const wait of [0, 200]) await world.pass(wait);
    const hosts = world.specs.hosts.splice(0);
    await world.control.reload(false, world.origin);
    const stop = world.control.stopService('telemetry', world.origin);
    await world.pass();
    world.specs.hosts.push(...hosts);
    await world.control.reload(false, world.origin);
    world.processes.releaseStops();
    for (const wait of [0, 200]) await world.pass(wait);
    await stop;
    expect(world.control.queries.service('telemetry')).to.include({ state: 'running', intended_state: 'running' });
  });
});
