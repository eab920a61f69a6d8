import { expect } from 'chai';
import { AgentConflictError } from '../../../lib/model/errors.ts';
import type { AgentPlan, RestartMode } from '../../../lib/model/spec.ts';
import { agentPlan, serviceSpec } from '../../support/actors/specs.ts';
import { ControlWorld } from '../../support/control/control-world.ts';
import { rejection } from '../../support/rejection.ts';

/** What users of other supervisors suffer from, each by its source: none of it happens here. */
describe('pains of peers: hosts and their commands', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
  });

  async function start(configPath: string): Promise<void> {
    await world.control.startAgent({ configPath }, world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
  }

  async function bootAnew(): Promise<void> {
    world.kill(1_000);
    await world.boot();
    for (const wait of [0, 200, 200]) await world.pass(wait);
  }

  const generations = (): Record<string, number> =>
    Object.fromEntries(world.control.queries.services().map(({ id, generation }) => [id, generation]));

  const withEnv = (plan: AgentPlan, id: string, env: Readonly<Record<string, string>>): AgentPlan => ({
    ...plan,
    services: plan.services.map((spec) => (spec.id === id ? { ...spec, env } : spec)),
  });

  it('supervisord#1154: a whole group that restarts for one change', async () => {
    await start('/plant/pump1.yaml');
    await start('/plant/pump2.yaml');
    world.specs.plans.set('pump1', withEnv(agentPlan('pump1'), 'pump1-corerl', { LEVEL: '2' }));
    const { changes } = await world.control.reload(false, world.origin);
    for (const wait of [0, 200]) await world.pass(wait);
    expect(changes.map(({ service_id, action }) => [service_id, action])).to.deep.equal([['pump1-corerl', 'restart']]);
    expect(generations()).to.deep.equal({
      'pump1-coreio': 1,
      'pump1-corerl': 2,
      'pump2-coreio': 1,
      'pump2-corerl': 1,
    });
  });

  it('pm2#3192: an environment that is stale after a restart, with variables that were removed', async () => {
    world.specs.plans.set('pump1', withEnv(agentPlan('pump1'), 'pump1-corerl', { LEVEL: '1', OLD: 'x' }));
    await start('/plant/pump1.yaml');
    expect(world.processes.launches.at(-1)?.env).to.deep.equal({ LEVEL: '1', OLD: 'x' });
    world.specs.plans.set('pump1', withEnv(agentPlan('pump1'), 'pump1-corerl', { LEVEL: '2' }));
    await world.control.reload(false, world.origin);
    for (const wait of [0, 200]) await world.pass(wait);
    expect(world.processes.launches.at(-1)?.env).to.deep.equal({ LEVEL: '2' });
    world.processes.exit('pump1-corerl', { code: 1 });
    await world.pass(250);
    await bootAnew();
    world.processes.exit('pump1-corerl', { code: 1 });
    await world.pass(500);
    expect(world.processes.launches.at(-1)?.env).to.deep.equal({ LEVEL: '2' });
  });

  it('upstream U4: a process that was found again and is never supervised', async () => {
    await start('/plant/pump1.yaml');
    for (let generation = 1; generation < 4; generation += 1) {
      await bootAnew();
      expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'running', generation, adopted: true });
      world.processes.exit('pump1-corerl', { code: 1 });
      await world.pass(2_000);
      await world.pass(60_000);
    }
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'running', generation: 4 });
  });

  it('upstream U7: two configurations of one name of which the second silently runs the first', async () => {
    await start('/north/pump1.yaml');
    const error = await rejection(start('/south/pump1.yaml'));
    expect(error).to.be.instanceOf(AgentConflictError);
    expect(String(error)).to.contain('/north/pump1.yaml').and.contain('/south/pump1.yaml');
    expect(world.control.queries.agent('pump1').config_path).to.equal('/north/pump1.yaml');
  });

  it('upstream U13: an agent that is failed during every restart', async () => {
    await start('/plant/pump1.yaml');
    const seen: string[] = [];
    world.processes.exit('pump1-corerl', { code: 1 });
    for (const wait of [0, 250, 200]) {
      await world.pass(wait);
      seen.push(world.control.queries.agent('pump1').state);
    }
    expect(seen).to.deep.equal(['backoff', 'starting', 'running']);
  });

  for (const mode of ['never', 'on_failure'] satisfies RestartMode[]) {
    it(`nomad#10449: a one-shot that is run again with every host (restart: ${mode})`, async () => {
      world.specs.hosts.push(serviceSpec('batch', { restart: { mode } }));
      await bootAnew();
      world.processes.exit('batch', { code: 0 });
      await world.pass();
      for (let host = 0; host < 3; host += 1) {
        await bootAnew();
        await world.pass(600_000);
        expect(world.processes.launches).to.deep.equal([]);
        expect(world.control.queries.service('batch')).to.include({
          state: 'stopped',
          substate: 'completed',
          generation: 1,
        });
      }
    });
  }

  it('nomad#10449: … nor when it ended with success while no host lived', async () => {
    world.specs.hosts.push(serviceSpec('batch', { restart: { mode: 'on_failure' } }));
    await bootAnew();
    world.kill(1_000, (processes) => processes.exit('batch', { code: 0 }));
    await world.boot();
    await world.pass(600_000);
    expect(world.processes.launches).to.deep.equal([]);
    expect(world.control.queries.service('batch')).to.include({ state: 'stopped', substate: 'completed' });
  });

  it('supervisord#877: a service that was stopped by the operator and comes back with the next host', async () => {
    await start('/plant/pump1.yaml');
    await Promise.all([world.control.stopService('pump1-corerl', world.origin), world.pass(), world.pass()]);
    for (let host = 0; host < 2; host += 1) {
      await bootAnew();
      await world.pass(600_000);
      expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'stopped', intended_state: 'stopped' });
      expect(world.control.queries.service('pump1-coreio').state).to.equal('running');
      expect(world.processes.launches).to.deep.equal([]);
    }
  });

  it('supervisord#1411: … or one that runs and does not come back', async () => {
    await start('/plant/pump1.yaml');
    world.kill(1_000, (processes) => {
      for (const { serviceId } of processes.live()) processes.exit(serviceId, { isKnown: false });
    });
    await world.boot();
    for (const wait of [250, 200, 200]) await world.pass(wait);
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });
});
