import { expect } from 'chai';
import { CoreioHeldError, ServiceUnheldError } from '../../../../lib/model/errors.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

describe('a service that was stopped by hand', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
  });

  const { origin } = new ControlWorld();

  async function start(id: string, coreioId?: string): Promise<void> {
    const shared = coreioId === undefined ? {} : { coreioId };
    await world.control.startAgent({ configPath: `/plant/${id}.yaml`, ...shared }, origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
  }

  /** Runs a command that has to be answered without time passing. */
  async function answered(command: Promise<unknown>): Promise<void> {
    let isAnswered = false;
    void command.then(() => (isAnswered = true));
    await world.pass();
    await world.pass();
    expect(isAnswered, 'the command was never answered').to.equal(true);
  }

  async function bootAnew(): Promise<void> {
    world.kill(1_000);
    await world.boot();
    for (const wait of [0, 200, 200]) await world.pass(wait);
  }

  it('does not keep its agent from stopping', async () => {
    await start('pump1');
    await answered(world.control.stopService('pump1-coreio', origin));
    await answered(world.control.stopAgent('pump1', origin));
    expect(world.control.queries.agent('pump1').state).to.equal('stopped');
    expect(world.control.queries.service('pump1-coreio').agents).to.deep.equal([]);
  });

  it('is released by its agent, even if each of the services was stopped individually', async () => {
    await start('pump1');
    for (const id of ['pump1-corerl', 'pump1-coreio']) await answered(world.control.stopService(id, origin));
    expect(world.control.queries.agent('pump1')).to.include({ state: 'stopped', intended_state: 'running' });
    await answered(world.control.stopAgent('pump1', origin));
    expect(world.control.queries.agent('pump1')).to.include({ state: 'stopped', intended_state: 'stopped' });
    expect(world.control.queries.services().flatMap(({ agents }) => agents)).to.deep.equal([]);
  });

  it('runs again with the next start of its agent, when each of them was stopped by hand', async () => {
    await start('pump1');
    for (const id of ['pump1-corerl', 'pump1-coreio']) await answered(world.control.stopService(id, origin));
    await start('pump1');
    expect(world.control.queries.agent('pump1').state).to.equal('running');
    expect(world.control.queries.services().map(({ state }) => state)).to.deep.equal(['running', 'running']);
  });

  it('runs again with the next start of its agent, when another one has failed', async () => {
    await start('pump1');
    await answered(world.control.stopService('pump1-corerl', origin));
    for (const wait of [250, 500, 1_000, 0]) {
      world.processes.exit('pump1-coreio', { code: 1 });
      await world.pass(wait);
    }
    expect(world.control.queries.agent('pump1').state).to.equal('failed');
    await start('pump1');
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'running', intended_state: 'running' });
  });

  it('stays up over a restart of the host once an agent that holds it was started', async () => {
    await world.control.startIo({ configPath: '/plant/io.yaml', coreioId: 'io' }, origin);
    await world.pass(200);
    await answered(world.control.stopService('io', origin));
    await start('pump1', 'io');
    expect(world.control.queries.agent('pump1').state).to.equal('running');
    await bootAnew();
    expect(world.control.queries.service('io')).to.include({ state: 'running', intended_state: 'running' });
  });

  it('stays up over a restart of the host when an agent is started while the stop is made durable', async () => {
    await start('pump1', 'io');
    await Promise.all([
      answered(world.control.stopService('io', origin)),
      world.control.startAgent({ configPath: '/plant/pump2.yaml', coreioId: 'io' }, origin),
    ]);
    const before = world.control.queries.service('io').intended_state;
    await bootAnew();
    expect(world.control.queries.service('io').intended_state).to.equal(before);
  });

  it('stays down over a restart of the host when /api/io/stop was refused because an agent holds it', async () => {
    await world.control.startIo({ configPath: '/plant/io.yaml', coreioId: 'io' }, origin);
    await start('pump1', 'io');
    await answered(world.control.stopService('io', origin));
    expect(await rejection(world.control.stopIo('io', origin))).to.be.instanceOf(CoreioHeldError);
    expect(world.control.queries.service('io').intended_state).to.equal('stopped');
    await bootAnew();
    expect(world.control.queries.service('io')).to.include({ state: 'stopped', intended_state: 'stopped' });
  });

  it('is not started if its agent released it while the start was made durable', async () => {
    world.catalog.executable = null;
    await start('pump1'); // corerl waits for coreio
    const stop = world.control.stopAgent('pump1', origin);
    const error = await rejection(world.control.restartService('pump1-corerl', origin));
    expect(error).to.be.instanceOf(ServiceUnheldError);
    await answered(stop);
    expect(world.control.queries.agent('pump1').state).to.equal('stopped');
  });
});
