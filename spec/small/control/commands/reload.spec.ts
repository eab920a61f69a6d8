import { expect } from 'chai';
import type { ReloadView } from '../../../../lib/api/schemas/config.ts';
import { ConfigInvalidError } from '../../../../lib/model/errors.ts';
import type { AgentPlan, ServiceSpec } from '../../../../lib/model/spec.ts';
import { agentPlan, PROBE, serviceSpec } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

describe('a reload of the configuration', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    world.specs.hosts.push(serviceSpec('telemetry'));
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [200, 200, 200]) await world.pass(wait);
  });

  /** From now on the file of pump1 says this of its corerl. */
  function rewrite(change: Partial<ServiceSpec>, plan: AgentPlan = agentPlan('pump1')): void {
    const services = plan.services.map((spec) => (spec.kind === 'corerl' ? { ...spec, ...change } : spec));
    world.specs.plans.set('pump1', { ...plan, services });
  }

  async function reload(isDryRun = false): Promise<ReloadView> {
    const answer = await world.control.reload(isDryRun, world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
    return answer;
  }

  const generations = (): Record<string, number> =>
    Object.fromEntries(world.control.queries.services().map(({ id, generation }) => [id, generation]));

  it('changes nothing where nothing has changed', async () => {
    expect(await reload()).to.deep.include({ applied: true, changes: [], skipped: [] });
    expect(generations()).to.deep.equal({ telemetry: 1, 'pump1-coreio': 1, 'pump1-corerl': 1 });
  });

  it('restarts only the service of a group that changed (supervisord#1154)', async () => {
    rewrite({ args: ['--fast'], env: { MODE: 'fast' } });
    const { changes } = await reload();
    expect(changes.map(({ service_id, action, changed }) => [service_id, action, changed])).to.deep.equal([
      ['pump1-corerl', 'restart', ['args', 'env']],
    ]);
    expect(changes[0]?.reason).to.equal('a new launch is needed for args and env');
    expect(generations()).to.deep.equal({ telemetry: 1, 'pump1-coreio': 1, 'pump1-corerl': 2 });
    expect(world.processes.launches.at(-1)).to.deep.include({ args: ['--fast'], env: { MODE: 'fast' } });
  });

  it('only says so on a dry run', async () => {
    rewrite({ args: ['--fast'] });
    const before = world.store.journal.length;
    const planned = await reload(true);
    expect(planned.applied).to.equal(false);
    expect(world.store.journal.length).to.equal(before);
    expect(generations()['pump1-corerl']).to.equal(1);
    expect((await reload()).changes).to.deep.equal(planned.changes);
  });

  it('lets policies and probes hold without a restart', async () => {
    rewrite({ stop: { signal: 'SIGTERM', graceMs: 1 }, probes: { startup: null, readiness: null, liveness: PROBE } });
    const { changes } = await reload();
    expect(changes.map(({ action, changed }) => [action, changed])).to.deep.equal([['update', ['probes', 'stop']]]);
    expect(generations()['pump1-corerl']).to.equal(1);
    expect(world.prober.watches.map(({ serviceId, kind }) => [serviceId, kind])).to.deep.equal([
      ['pump1-corerl', 'liveness'],
    ]);
    const { revision, running_revision } = world.control.queries.service('pump1-corerl');
    expect(running_revision).to.equal(revision);
  });

  it('shows the running revision next to the intended one, until the service is launched again', async () => {
    const known = (await world.store.loadIntentions()).find(({ subject }) => subject === 'service:telemetry');
    world.kill();
    world.specs.hosts[0] = serviceSpec('telemetry', { args: ['--new'] });
    await world.boot();
    await world.pass(200);
    const drifted = world.control.queries.service('telemetry');
    expect(known).not.to.equal(undefined);
    expect(drifted.running_revision).not.to.equal(drifted.revision);
    await world.control.restartService('telemetry', world.origin);
    for (const wait of [0, 200]) await world.pass(wait);
    const { revision, running_revision } = world.control.queries.service('telemetry');
    expect(running_revision).to.equal(revision);
  });

  it('does not start what a person has stopped', async () => {
    await Promise.all([world.control.stopService('pump1-corerl', world.origin), world.pass(), world.pass()]);
    rewrite({ args: ['--fast'] });
    const { changes } = await reload();
    expect(changes.map(({ action, reason }) => [action, reason])).to.deep.equal([
      ['update', 'a new launch is needed for args, but no process is running'],
    ]);
    expect(world.control.queries.service('pump1-corerl').state).to.equal('stopped');
  });

  it('starts services that are new and ends those that are gone', async () => {
    world.specs.hosts.splice(0, 1, serviceSpec('gateway'));
    const plan = agentPlan('pump1');
    const extra = serviceSpec('pump1-extra', { agentId: 'pump1' });
    world.specs.plans.set('pump1', { ...plan, services: [plan.services[0]!, extra] });
    const { changes } = await reload();
    expect(changes.map(({ service_id, action }) => `${action} ${service_id}`)).to.have.members([
      'start gateway',
      'start pump1-extra',
      'stop telemetry',
      'stop pump1-corerl',
    ]);
    await world.pass(200);
    expect(world.control.queries.services().map(({ id, state }) => `${id} ${state}`)).to.have.members([
      'gateway running',
      'pump1-coreio running',
      'pump1-extra running',
    ]);
    expect(world.control.queries.agent('pump1')).to.deep.include({
      state: 'running',
      services: ['pump1-coreio', 'pump1-extra'],
    });
  });

  it('survives a kill of the host right after its answer', async () => {
    rewrite({ args: ['--fast'] });
    world.processes.holdStops(); // the restart is under way
    await world.control.reload(false, world.origin);
    world.kill();
    await world.boot();
    for (const wait of [200, 200]) await world.pass(wait);
    const { revision, running_revision, state } = world.control.queries.service('pump1-corerl');
    expect([state, running_revision]).to.deep.equal(['running', revision]);
    expect(world.processes.launches.at(-1)).to.deep.include({ serviceId: 'pump1-corerl', args: ['--fast'] });
    expect((await reload()).changes).to.deep.equal([]);
  });

  it('is refused as a whole when the file of an agent that is to run cannot be used', async () => {
    world.specs.broken.set('pump1', new ConfigInvalidError('/plant/pump1.yaml:1:1: is not valid YAML', []));
    world.specs.hosts.push(serviceSpec('gateway'));
    const error = await rejection(world.control.reload(false, world.origin));
    expect(error).to.be.instanceOf(ConfigInvalidError);
    expect(world.control.queries.services().map(({ id }) => id)).not.to.include('gateway');
  });

  it('passes over the unusable file of an agent that is stopped', async () => {
    await Promise.all([world.control.stopAgent('pump1', world.origin), world.pass(), world.pass()]);
    world.specs.broken.set('pump1', new ConfigInvalidError('/plant/pump1.yaml:1:1: is not valid YAML', []));
    expect((await reload()).skipped).to.deep.equal([
      { agent_id: 'pump1', reason: '/plant/pump1.yaml:1:1: is not valid YAML' },
    ]);
  });

  it('immediately starts what had failed permanently if the new spec changes what is launched', async () => {
    world.processes.refuseNext('pump1-corerl');
    world.processes.exit('pump1-corerl', { code: 1 });
    await world.pass(250);
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'failed', substate: 'refused' });
    rewrite({ executable: 'other' });
    await reload();
    expect(world.control.queries.service('pump1-corerl').state).to.equal('running');
  });
});
