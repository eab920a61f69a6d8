import { expect } from 'chai';
import { ControlWorld } from '../../support/control/control-world.ts';

const DAY = 24 * 3_600_000;
const SERVICE = 'pump1-corerl';

describe('the launches of a service whose output is kept', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
  });

  function kept(): readonly number[] | undefined {
    return world.control.logBounds().services.find(({ serviceId }) => serviceId === SERVICE)?.kept;
  }

  async function crash(backoffMs: number): Promise<void> {
    world.processes.exit(SERVICE, { code: 1 });
    await world.pass(backoffMs);
    await world.pass(200);
  }

  it('are the first of a series of failures and the stable one before it, also for the next host', async () => {
    expect(kept()).to.deep.equal([]);
    await world.pass(60_000); // the first launch is stable
    await world.control.restartService(SERVICE, world.origin);
    for (const wait of [0, 200]) await world.pass(wait);
    expect(kept()).to.deep.equal([]);
    await crash(250);
    await crash(500);
    expect(kept()).to.deep.equal([1, 2]);
    world.kill(1_000, (processes) => {
      processes.exit(SERVICE, { code: 1 });
    });
    await world.boot();
    await world.pass(1_000);
    await world.pass(200);
    expect(world.control.queries.service(SERVICE)).to.include({ state: 'running', generation: 5 });
    expect(kept()).to.deep.equal([1, 2]);
  });

  it('are let go a day after a launch was stable again', async () => {
    await crash(250);
    expect(kept()).to.deep.equal([1]);
    await world.pass(60_000 + DAY);
    expect(kept()).to.deep.equal([1]);
    await world.pass(1_000);
    expect(kept()).to.deep.equal([]);
  });
});
