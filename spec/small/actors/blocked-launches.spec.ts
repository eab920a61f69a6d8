import { expect } from 'chai';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { serviceSpec } from '../../support/actors/specs.ts';

const READ_ONLY = 'The store is read-only.';

describe('a service of a host that can launch nothing', () => {
  const spec = serviceSpec('pump1-corerl');
  let world: ActorWorld;

  beforeEach(() => {
    world = new ActorWorld();
    world.obstacles = [READ_ONLY];
  });

  const launches = (): number => world.processes.launches.length;

  async function running(): Promise<void> {
    world.obstacles = [];
    world.startService(spec);
    for (const wait of [0, spec.settleMs]) await world.pass(wait);
    expect(world.stateOf(spec.id)).to.equal('running.ready');
    world.obstacles = [READ_ONLY];
  }

  it('waits in backoff and says what is in the way', async () => {
    world.startService(spec);
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('backoff.blocked');
    expect(world.reasonOf(spec.id)).to.equal(`Service "pump1-corerl" is not launched: ${READ_ONLY}`);
    expect(launches()).to.equal(0);
  });

  it('does nothing at all for as long as that lasts', async () => {
    world.startService(spec);
    await world.pass();
    const before = world.service(spec.id).getSnapshot();
    for (let minute = 0; minute < 10; minute += 1) await world.pass(60_000);
    expect(world.service(spec.id).getSnapshot()).to.equal(before);
    expect(launches()).to.equal(0);
  });

  it('is launched within half a second after the end of it', async () => {
    world.startService(spec);
    await world.pass(3_600_000);
    world.obstacles = [];
    await world.pass(250);
    expect(world.stateOf(spec.id)).to.equal('backoff.waiting');
    await world.pass(100);
    expect(world.stateOf(spec.id)).to.equal('starting.settling');
    expect(launches()).to.equal(1);
  });

  it('is launched at another moment of the next second than others, as far as its policy has jitter', async () => {
    const delayWith = async (jitter: number): Promise<number> => {
      const { backoff } = spec.restart;
      const other = serviceSpec(`with-${jitter * 100}`, { restart: { backoff: { ...backoff, jitter } } });
      world.obstacles = [READ_ONLY];
      world.startService(other);
      await world.pass(1_000);
      world.obstacles = [];
      await world.pass(250);
      return (world.contextOf(other.id).deadlineAt ?? 0) - world.clock.now();
    };
    // The dice of this world always show one half.
    expect([await delayWith(0), await delayWith(0.1), await delayWith(0.2), await delayWith(1)]).to.deep.equal([
      100, 350, 600, 600,
    ]);
  });

  it('says what else is in the way when that changes', async () => {
    world.startService(spec);
    await world.pass();
    const { since } = world.contextOf(spec.id);
    world.obstacles = ['The lock is gone.'];
    await world.pass(250);
    expect(world.stateOf(spec.id)).to.equal('backoff.blocked');
    expect(world.reasonOf(spec.id)).to.contain('The lock is gone.');
    expect(world.contextOf(spec.id).since).to.equal(since);
  });

  it('waits again when it is blocked again before its launch', async () => {
    world.startService(spec);
    await world.pass();
    world.obstacles = [];
    await world.pass(250);
    world.obstacles = [READ_ONLY];
    await world.pass(100);
    expect(world.stateOf(spec.id)).to.equal('backoff.blocked');
    expect(launches()).to.equal(0);
  });

  it('first waits out the delay after an end, and nothing but that end counts against it', async () => {
    await running();
    world.processes.exit(spec.id, { code: 1 });
    expect(world.stateOf(spec.id)).to.equal('backoff.waiting');
    await world.pass(250);
    expect(world.stateOf(spec.id)).to.equal('backoff.blocked');
    await world.pass(600_000);
    world.obstacles = [];
    for (const wait of [250, 100, spec.settleMs]) await world.pass(wait);
    expect(world.stateOf(spec.id)).to.equal('running.ready');
    expect(world.contextOf(spec.id)).to.include({ generation: 2, restarts: 1 });
    expect(world.contextOf(spec.id).budget.failures).to.equal(1);
  });

  it('does not give up, whatever its policy', async () => {
    const job = serviceSpec('job', { restart: { mode: 'never' } });
    world.startService(job);
    await world.pass(600_000);
    world.obstacles = [];
    for (const wait of [250, 100, job.settleMs]) await world.pass(wait);
    expect(world.stateOf(job.id)).to.equal('running.ready');
  });

  it('recovers from failed as without it', async () => {
    await running();
    world.obstacles = [];
    for (const wait of [250, 500, 1_000, 0]) {
      world.processes.exit(spec.id, { code: 1 });
      await world.pass(wait);
      await world.pass();
    }
    expect(world.stateOf(spec.id)).to.equal('failed.exhausted');
    world.obstacles = [READ_ONLY];
    await world.pass(30_000);
    expect(world.stateOf(spec.id)).to.equal('backoff.blocked');
    world.obstacles = [];
    for (const wait of [250, 100]) await world.pass(wait);
    world.processes.exit(spec.id, { code: 1 });
    expect(world.stateOf(spec.id)).to.equal('failed.exhausted');
  });

  it('is stopped at once', async () => {
    world.startService(spec);
    await world.pass();
    world.service(spec.id).send({ type: 'service.stop', correlationId: null });
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('stopped.idle');
    world.obstacles = [];
    await world.pass(60_000);
    expect(world.stateOf(spec.id)).to.equal('stopped.idle');
  });

  it('waits alone if the obstacle is its own, and is launched when that is gone', async () => {
    const reason = 'It is not known yet what became of its previous launch.';
    const other = serviceSpec('other');
    world.obstacles = [];
    world.obstaclesTo.set(spec.id, reason);
    for (const one of [spec, other]) world.startService(one);
    for (const wait of [0, 60_000]) await world.pass(wait);
    expect(world.stateOf(other.id)).to.equal('running.ready');
    expect(world.stateOf(spec.id)).to.equal('backoff.blocked');
    expect(world.reasonOf(spec.id)).to.equal(`Service "pump1-corerl" is not launched: ${reason}`);
    expect(launches()).to.equal(1);
    world.obstaclesTo.clear();
    for (const wait of [250, 100, spec.settleMs]) await world.pass(wait);
    expect(world.stateOf(spec.id)).to.equal('running.ready');
  });
});
