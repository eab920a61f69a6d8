import { expect } from 'chai';
import type { Wait } from '../../../../lib/control/control.ts';
import { WaitFailedError, WaitTimeoutError } from '../../../../lib/model/errors.ts';
import { agentPlan, PROBE } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

describe('a command that waits for a state', () => {
  let world: ControlWorld;
  const request = { configPath: '/plant/pump1.yaml' };
  const running: Wait = { until: 'running', timeoutMs: 10_000 };

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
  });

  /** Lets time pass until the command is answered, and gives how long that was. */
  async function elapsed(command: Promise<unknown>, stepMs = 100): Promise<number> {
    const answers: string[] = [];
    command.then(
      () => answers.push('done'),
      () => answers.push('refused'),
    );
    let ms = 0;
    await world.pass();
    for (; answers.length === 0 && ms < 60_000; ms += stepMs) await world.pass(stepMs);
    return ms;
  }

  async function up(): Promise<void> {
    await elapsed(world.control.startAgent(request, world.origin, running));
  }

  it('is answered when an agent runs, and not before', async () => {
    const start = world.control.startAgent(request, world.origin, running);
    expect(await elapsed(start)).to.be.within(400, 600);
    expect(await start).to.equal('pump1');
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  it('is answered at once when the state is there already', async () => {
    await up();
    expect(await elapsed(world.control.startAgent(request, world.origin, running))).to.equal(0);
    expect(await elapsed(world.control.startKnownAgent('pump1', world.origin, running))).to.equal(0);
  });

  it('waits after a restart for the new generation', async () => {
    await up();
    world.processes.holdStops();
    const restart = world.control.restartService('pump1-corerl', world.origin, running);
    const agent = world.control.restartAgent('pump1', world.origin, running);
    await world.pass(2_000);
    expect(world.control.queries.service('pump1-corerl').state).to.equal('stopping');
    world.processes.releaseStops();
    await elapsed(Promise.all([restart, agent]));
    expect((await restart).generation).to.be.at.least(2);
    expect((await agent).state).to.equal('running');
    expect(world.control.queries.service('pump1-coreio').generation).to.equal(2);
  });

  it('reports the current state when its time is over, and that the command stays accepted', async () => {
    world.processes.holdLaunches();
    const refused = rejection(world.control.startAgent(request, world.origin, { ...running, timeoutMs: 1_500 }));
    expect(await elapsed(refused)).to.equal(1_500);
    const error = await refused;
    expect(error).to.be.instanceOf(WaitTimeoutError);
    expect(String(error)).to.contain('Agent "pump1" is starting (pump1-coreio is starting');
    expect(String(error)).to.contain('not running, after 1500ms. The command stays in effect');
    world.processes.releaseLaunches();
    for (const wait of [0, 200, 200]) await world.pass(wait);
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  it('is refused at once, with the reason, when what it waits for fails', async () => {
    world.processes.refuseNext('pump1-coreio');
    const refused = rejection(world.control.startAgent(request, world.origin, running));
    expect(await elapsed(refused)).to.equal(0);
    expect(await refused).to.be.instanceOf(WaitFailedError);
    expect(String(await refused)).to.contain('pump1-coreio is failed');
  });

  it('is refused when another command goes against it', async () => {
    world.processes.holdLaunches();
    const refused = rejection(world.control.startAgent(request, world.origin, running));
    await world.pass();
    const stop = world.control.stopAgent('pump1', world.origin);
    await elapsed(Promise.all([refused, stop]));
    expect(String(await refused)).to.contain('it was stopped in the meantime');
  });

  it('waits for readiness if requested', async () => {
    const plan = agentPlan('pump1');
    const services = plan.services.map((spec) => ({ ...spec, probes: { ...spec.probes, readiness: PROBE } }));
    world.specs.plans.set('pump1', { ...plan, services });
    await up();
    const ready = world.control.startService('pump1-corerl', world.origin, { ...running, until: 'ready' });
    await world.pass(1_000);
    expect(world.control.queries.service('pump1-corerl').substate).to.equal('unready');
    world.prober.pass('pump1-corerl', 'readiness');
    expect(await elapsed(ready)).to.equal(0);
    expect((await ready).substate).to.equal('ready');
  });

  it('waits for a stop no longer than requested', async () => {
    await up();
    world.processes.holdStops();
    const stopped: Wait = { until: 'stopped', timeoutMs: 1_000 };
    const agent = rejection(world.control.stopAgent('pump1', world.origin, stopped));
    const service = rejection(world.control.stopService('pump1-corerl', world.origin, stopped));
    expect(await elapsed(Promise.all([agent, service]))).to.equal(1_000);
    expect(String(await agent)).to.contain('Agent "pump1" is stopping, not stopped, after 1s');
    world.processes.releaseStops();
    await elapsed(world.control.stopAgent('pump1', world.origin, stopped));
    expect(world.control.queries.agent('pump1').state).to.equal('stopped');
  });

  it('is over when its caller goes away', async () => {
    world.processes.holdLaunches();
    const gone = new AbortController();
    const refused = rejection(world.control.startAgent(request, world.origin, { ...running, gone: gone.signal }));
    await world.pass();
    gone.abort();
    expect(await elapsed(refused)).to.equal(0);
    expect(String(await refused)).to.contain('The client stopped waiting');
  });
});
