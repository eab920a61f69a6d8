import { expect } from 'chai';
import { HostClosingError } from '../../../../lib/model/errors.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

describe('a command that becomes durable while the host leaves', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [200, 200, 200]) await world.pass(wait);
  });

  /** Gives the command, and lets the host drain before the store has answered; resolves with what the caller was told. */
  async function whileDraining(command: () => Promise<unknown>): Promise<unknown> {
    world.store.holdWrites();
    const refusal = rejection(command());
    await world.pass();
    world.processes.holdStops();
    const closed = world.control.close('drain');
    await world.pass();
    world.store.releaseWrites();
    await world.pass();
    world.processes.releaseStops();
    await Promise.all([closed, world.pass(), world.pass(), world.pass()]);
    return refusal;
  }

  it('launches nothing, and its caller learns that it is saved', async () => {
    const refusal = await whileDraining(() =>
      world.control.startAgent({ configPath: '/plant/pump2.yaml' }, world.origin),
    );
    expect(refusal).to.be.instanceOf(HostClosingError);
    expect((refusal as Error).message).to.contain('command is saved');
    expect(world.processes.launches.map(({ serviceId }) => serviceId)).to.not.include('pump2-coreio');
    expect(world.processes.live()).to.deep.equal([]);
  });

  it('is carried out by the next host', async () => {
    await whileDraining(() => world.control.startAgent({ configPath: '/plant/pump2.yaml' }, world.origin));
    world.kill(1_000);
    await world.boot();
    for (const wait of [200, 200]) await world.pass(wait);
    expect(world.control.queries.agent('pump2')).to.include({ state: 'running', intended_state: 'running' });
  });

  it('restarts a service in the next host and not in this one', async () => {
    await whileDraining(() => world.control.restartService('pump1-corerl', world.origin));
    expect(world.processes.live()).to.deep.equal([]);
    world.kill(1_000);
    await world.boot();
    for (const wait of [200, 200]) await world.pass(wait);
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'running', generation: 2 });
  });
});
