import { expect } from 'chai';
import { recordSink } from '../../../lib/logs/sink/record-sink.ts';
import type { Launch } from '../../../lib/model/process.ts';
import { parseServiceId, type ServiceId } from '../../../lib/model/values/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClusterWorld, pause } from '../../support/kubernetes/fake-cluster-world.ts';
import { podRequest } from '../../support/kubernetes/pods.ts';

const PUMP = parseServiceId('pump');
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;

describe('a host whose API server is away', function () {
  this.timeout(60_000);
  let world: FakeClusterWorld;

  beforeEach(async () => {
    world = await FakeClusterWorld.open();
  });

  afterEach(() => world.dispose());

  function services(count: number): readonly ServiceId[] {
    return Array.from({ length: count }, (_, index) => parseServiceId(`pump-${index}`));
  }

  function away(): Promise<void> {
    world.cluster.goAway();
    return eventually(() => {
      expect(world.host.problems().join()).to.include('The cluster cannot be reached');
    });
  }

  it('asks it less than twice a second after a minute, with 100 services (client-node 1933, kubespawner 209)', async () => {
    const all = services(100);
    await Promise.all(all.map((serviceId) => world.launch(serviceId)));
    await away();
    const stops = all.slice(0, 20).map((serviceId) => world.host.stop(serviceId, STOP)); // accepted, and carried out later
    await pause(60);
    const before = world.cluster.requests;
    await pause(60);
    const during = world.cluster.requests - before;
    expect(during, 'requests in a minute').to.be.within(1, 120);
    world.cluster.comeBack();
    for (const exit of await Promise.all(stops)) expect(exit).to.include({ signal: 'SIGTERM', isKnown: true });
    expect(world.host.live()).to.have.length(80);
  });

  it('takes nothing for dead, launches nothing, and knows all that happened once it is back', async () => {
    const [one, two] = [parseServiceId('one'), parseServiceId('two')];
    const exited = world.exitOf(await world.launch(one));
    await world.launch(two);
    await away();
    world.cluster.end(world.pod(one), 7);
    const outcome = await world.host.launch(podRequest(PUMP, 1));
    expect(outcome).to.have.nested.property('failure.code', 'EAPI');
    expect(outcome).to.have.nested.property('failure.isPermanent', false);
    await pause(120);
    expect(world.host.live().map(({ serviceId }) => serviceId)).to.have.members([one, two]);
    expect(world.cluster.names('pods')).to.have.length(2);
    world.cluster.comeBack();
    expect(await exited).to.include({ code: 7, isKnown: true });
    expect(world.host.problems()).to.deep.equal([]);
    expect(world.host.live().map(({ serviceId }) => serviceId)).to.deep.equal([two]);
    await world.launch(PUMP);
  });

  it('reads what an ended pod wrote last, however long that takes', async () => {
    await world.launch(PUMP);
    await eventually(() => {
      expect(world.cluster.follows).to.equal(1);
    });
    world.cluster.cutFollows();
    world.cluster.write(world.pod(PUMP), 'last words');
    world.cluster.end(world.pod(PUMP), 1);
    await eventually(() => {
      expect(world.host.status(PUMP)).to.include({ status: 'exited' });
    });
    await away();
    await pause(120);
    world.cluster.comeBack();
    await eventually(() => {
      expect(world.cluster.names('pods')).to.deep.equal([]);
    }, 20_000);
    const log = await recordSink(world.stateDir).open(PUMP, 1, 1);
    expect(log.mark).to.include({ count: 1 });
    await log.close();
  });

  it('adopts what was running when it starts, in doubt until the cluster answers', async () => {
    await world.launch(PUMP);
    await world.host.close();
    world.cluster.goAway();
    const statuses = await world.openHost().survey();
    expect(statuses.get(PUMP)).to.have.nested.property('doubt.reason', 'the cluster does not answer');
    const outcome = await world.host.launch(podRequest(PUMP, 2));
    expect(outcome).to.have.property('type', 'refused');
    world.cluster.comeBack();
    await eventually(() => {
      expect(world.host.status(PUMP)).to.include({ status: 'alive' }).and.not.to.have.property('doubt');
    }, 20_000);
    expect(world.cluster.names('pods')).to.have.length(1);
  });

  describe('and which does not know whether the program of a launch has run', () => {
    let launch: Launch;

    beforeEach(async () => {
      launch = await world.launch(PUMP);
      await world.host.close();
      const entry = world.ledger.entries.get(launch.launchId);
      if (entry === undefined) throw new Error('It is not in the ledger.');
      world.ledger.put({ ...entry, state: 'intent', startTime: null, place: null });
    });

    /** Its program ends, and the next host only sees that when the cluster answers. */
    async function endedWhileAway(): Promise<void> {
      world.cluster.end(world.pod(PUMP), 13);
      world.cluster.goAway();
      await world.openHost().survey();
      world.cluster.comeBack();
      await eventually(() => {
        expect(world.host.status(PUMP)).to.include({ status: 'exited' });
      }, 20_000);
    }

    it('stops it once the cluster answers', async () => {
      world.cluster.goAway();
      await world.openHost().survey();
      const stopping = world.host.stop(PUMP, STOP);
      await pause(5);
      world.cluster.comeBack();
      expect(await stopping).to.include({ signal: 'SIGTERM', isKnown: true });
      // Its end was told by the stop.
      expect(await world.launch(PUMP, 2)).to.include({ generation: 2 });
    });

    it('tells by a stop how it ended, if it had by the time the cluster answered', async () => {
      await endedWhileAway();
      expect(await world.host.stop(PUMP, STOP)).to.include({ code: 13, isKnown: true });
      expect(await world.host.stop(PUMP, STOP)).to.equal(null);
    });

    it('lets it wait without an attempt until that is known, and says so', async () => {
      const reason = 'it is not known yet what became of its previous launch.';
      world.cluster.goAway();
      await world.openHost().survey();
      expect(world.host.obstacleTo(PUMP)).to.equal(`I${reason.slice(1)}`);
      expect(world.host.obstacleTo(parseServiceId('other'))).to.equal(null);
      expect(world.host.problems()).to.include(`Service "pump" cannot be launched: ${reason}`);
      world.cluster.comeBack();
      await eventually(() => {
        expect(world.host.obstacleTo(PUMP)).to.equal(null);
      }, 20_000);
      expect(world.host.problems().join()).not.to.include(reason);
    });

    it('uses up no generation by what it refuses: that of the launch, whose end is still to be told', async () => {
      world.cluster.goAway();
      await world.openHost().survey();
      const outcome = await world.host.launch(podRequest(PUMP, 1));
      expect(outcome).to.include({ type: 'refused', generation: 0 });
      world.cluster.comeBack();
    });

    it('tells its end, if it has ended by the time the cluster answers', async () => {
      await endedWhileAway();
      const found = await world.launch(PUMP);
      expect(found).to.include({ launchId: launch.launchId, generation: 1 });
      expect(await world.exitOf(found)).to.include({ code: 13, isKnown: true });
      await eventually(async () => {
        expect(await world.launch(PUMP, 2)).to.include({ generation: 2 });
      }, 20_000);
    });
  });
});
