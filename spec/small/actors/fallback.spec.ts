import { expect } from 'chai';
import type { Executable } from '../../../lib/model/process.ts';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { serviceSpec } from '../../support/actors/specs.ts';

function release(version: string): Executable {
  return { path: `/plant/program-${version}`, version, fingerprint: version };
}

describe('a service whose newest executable fails', () => {
  const spec = serviceSpec('pump1-corerl');
  let world: ActorWorld;

  beforeEach(async () => {
    world = new ActorWorld();
    world.catalog.executable = release('1.0.0');
    world.startService(spec);
    await world.pass();
    await world.pass(200);
  });

  /** The fake catalog chooses like the real one: the stable file in place of the rejected one. */
  function found(best: Executable): void {
    world.catalog.choose = (query) => {
      const executable = query.fallback?.rejected === best.fingerprint ? release('1.0.0') : best;
      return Promise.resolve({ type: 'found', executable });
    };
  }

  /** A restart by hand runs the newest file that is found. */
  async function update(version: string): Promise<void> {
    found(release(version));
    world.service(spec.id).send({ type: 'service.restart', correlationId: null });
    await world.pass();
    await world.pass(200);
    expect(world.contextOf(spec.id).executable?.version).to.equal(version);
  }

  async function crash(wait: number): Promise<void> {
    world.processes.exit(spec.id, { code: 1 });
    await world.pass(wait);
    await world.pass(200);
  }

  async function crashUntilTheBudgetIsGone(): Promise<void> {
    for (const wait of [250, 500, 1_000]) await crash(wait);
    world.processes.exit(spec.id, { code: 1 });
    await world.pass();
  }

  it('falls back to the one that last ran well, and says so', async () => {
    await world.pass(60_000);
    await update('2.0.0');
    await crashUntilTheBudgetIsGone();
    await world.pass(200);
    expect(world.stateOf(spec.id)).to.equal('running.ready');
    expect(world.contextOf(spec.id).executable?.version).to.equal('1.0.0');
    expect(world.reasonOf(spec.id)).to.equal(
      'runs 1.0.0 because 2.0.0 was rejected: the process exited with code 1; more than 3 restarts within 60 s',
    );
    expect(world.contextOf(spec.id).budget.restartTimes).to.be.empty;
  });

  it('tries a still newer one when it is found', async () => {
    await world.pass(60_000);
    await update('2.0.0');
    await crashUntilTheBudgetIsGone();
    await world.pass(200);
    expect(world.contextOf(spec.id).executable?.version).to.equal('1.0.0');
    found(release('2.0.1'));
    await crash(250);
    expect(world.contextOf(spec.id).executable?.version).to.equal('2.0.1');
    expect(world.reasonOf(spec.id)).to.equal(null);
  });

  it('gives the one that was set aside another chance on a command', async () => {
    await world.pass(60_000);
    await update('2.0.0');
    await crashUntilTheBudgetIsGone();
    await world.pass(200);
    world.service(spec.id).send({ type: 'service.restart', correlationId: null });
    await world.pass();
    expect(world.contextOf(spec.id).executable?.version).to.equal('2.0.0');
  });

  it('falls back to nothing where one file is given by its path', async () => {
    const byPath = serviceSpec('pump1-coreio', { executable: 'current/coreio' });
    world.startService(byPath);
    for (const wait of [0, 200, 60_000]) await world.pass(wait);
    found(release('2.0.0'));
    world.service(byPath.id).send({ type: 'service.restart', correlationId: null });
    for (const wait of [0, 200]) await world.pass(wait);
    for (const wait of [250, 500, 1_000, 0]) {
      world.processes.exit(byPath.id, { code: 1 });
      for (const ms of [wait, 200]) await world.pass(ms);
    }
    expect(world.stateOf(byPath.id)).to.equal('failed.exhausted');
  });

  it('fails when none was stable before', async () => {
    await update('2.0.0');
    await crashUntilTheBudgetIsGone();
    expect(world.stateOf(spec.id)).to.equal('failed.exhausted');
  });

  it('fails when the stable one itself exhausts its budget', async () => {
    await world.pass(60_000);
    await crashUntilTheBudgetIsGone();
    expect(world.stateOf(spec.id)).to.equal('failed.exhausted');
  });

  it('gives up when the file that ran well is gone and the next best fails too, and does not go back to the first', async () => {
    await world.pass(60_000);
    const [bad, alsoBad] = [release('3.0.0'), release('2.0.0')];
    const launched: (string | null)[] = [];
    world.catalog.choose = (query) => {
      const executable = query.fallback?.rejected === bad.fingerprint ? alsoBad : bad;
      launched.push(executable.version);
      return Promise.resolve({ type: 'found', executable });
    };
    world.service(spec.id).send({ type: 'service.restart', correlationId: null });
    await world.pass();
    await world.pass(200);
    await crashUntilTheBudgetIsGone();
    await world.pass(200);
    expect(world.contextOf(spec.id).executable?.version).to.equal('2.0.0');
    await crashUntilTheBudgetIsGone();
    expect(world.stateOf(spec.id)).to.equal('failed.exhausted');
    expect(launched).to.deep.equal(['3.0.0', '2.0.0'].flatMap((version) => [version, version, version, version]));
  });

  it('gives up when the file that ran well is gone and there is no other one', async () => {
    await world.pass(60_000);
    await update('2.0.0');
    world.catalog.choose = () => Promise.resolve({ type: 'found', executable: release('2.0.0') });
    const before = world.processes.launches.length;
    await crashUntilTheBudgetIsGone();
    expect(world.stateOf(spec.id)).to.equal('failed.exhausted');
    expect(world.reasonOf(spec.id)).to.equal('the process exited with code 1; more than 3 restarts within 60 s');
    expect(world.processes.launches.length - before).to.equal(3);
    await world.pass(spec.restart.recoverAfterMs!);
    await world.pass(200);
    expect(world.stateOf(spec.id), 'after recover_after').to.equal('running.ready');
    await crash(0);
    expect(world.stateOf(spec.id)).to.equal('failed.exhausted');
  });

  it('falls back again once a file has run well in between', async () => {
    await world.pass(60_000);
    await update('2.0.0');
    await crashUntilTheBudgetIsGone();
    await world.pass(200);
    await world.pass(60_000); // 1.0.0 runs well again
    found(release('2.0.1'));
    await crash(250);
    expect(world.contextOf(spec.id).executable?.version).to.equal('2.0.1');
    for (const wait of [500, 1_000]) await crash(wait);
    world.processes.exit(spec.id, { code: 1 });
    await world.pass();
    await world.pass(200);
    expect(world.contextOf(spec.id).executable?.version).to.equal('1.0.0');
  });
});
