import { expect } from 'chai';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClusterWorld, pause } from '../../support/kubernetes/fake-cluster-world.ts';
import { podRequest, podWith } from '../../support/kubernetes/pods.ts';
import { memoryLedger } from '../../support/store/memory-ledger.ts';

const PUMP = parseServiceId('pump');
const OTHER = parseLaunchId('b'.repeat(32));

describe('a service in a cluster', function () {
  this.timeout(30_000);
  let world: FakeClusterWorld;

  beforeEach(async () => {
    world = await FakeClusterWorld.open();
  });

  afterEach(() => world.dispose());

  it('is in doubt while its node is not ready, and launched nowhere else (k8s 72226, 64869)', async () => {
    const launch = await world.launch(PUMP);
    world.cluster.putNode('n1', 'Unknown');
    await eventually(() => {
      expect(world.host.status(PUMP)).to.have.nested.property('doubt.reason', 'node n1 is not ready');
    });
    expect(world.host.problems().join()).to.include('Node n1 is not ready');
    await pause(60);
    const outcome = await world.host.launch(podRequest(PUMP, 2));
    expect(outcome).to.have.nested.property('failure.code', 'EALIVE');
    expect(outcome.type === 'refused' && outcome.generation).to.equal(2);
    expect(world.cluster.names('pods')).to.have.length(1);
    world.cluster.putNode('n1', 'True');
    await eventually(() => {
      expect(world.host.status(PUMP)).not.to.have.property('doubt');
    });
    expect(world.host.live()).to.deep.equal([launch]);
    expect(world.host.problems()).to.deep.equal([]);
  });

  it('has one pod if the answer to its creation gets lost (tekton 4741)', async () => {
    world.cluster.loseAnswer = () => undefined;
    const launch = await world.launch(PUMP);
    expect(world.cluster.pods().map(({ metadata: { uid } }) => uid)).to.deep.equal([launch.startTime]);
    expect(world.cluster.names('secrets')).to.have.length(1);
  });

  it('has one pod, adopted, if its host dies between the creation and the answer (airflow 35676, 26888; tekton 3656, 4358, 1976)', async () => {
    for (let generation = 1; generation <= 50; generation += 1) {
      const { host } = world;
      world.cluster.loseAnswer = () => void host.close();
      const outcome = await host.launch(podRequest(PUMP, generation));
      expect(outcome).to.have.property('type', 'refused');
      const statuses = await world.openHost().survey();
      expect(statuses.get(PUMP), String(generation)).to.include({ status: 'alive', generation });
      expect(world.cluster.names('pods')).to.deep.equal([world.pod(PUMP)]);
      await world.host.stop(PUMP, { signal: 'SIGTERM', graceMs: 5_000 });
    }
  });

  it('has ended, and is not to blame, once an administrator has removed its node', async () => {
    const exited = world.exitOf(await world.launch(PUMP));
    world.cluster.putNode('n1', 'Unknown');
    world.cluster.removeNode('n1');
    const exit = await exited;
    expect(exit).to.include({ isKnown: false, isBlameless: true });
    expect(exit.because).to.include('its node n1 was removed from the cluster');
  });

  it('keeps its exact end if somebody deletes its pod, running or ended (argo 7994, 8409, 8783, 13086)', async () => {
    const exited = world.exitOf(await world.launch(PUMP));
    await world.cluster.deleteAsOthersDo(world.pod(PUMP));
    expect(await exited).to.include({ signal: 'SIGTERM', code: null, isKnown: true, because: 'its pod was deleted' });
    const again = await world.launch(PUMP, 2);
    expect(again.generation).to.equal(2);

    const ended = world.exitOf(again);
    world.ledger.breakDown(true);
    world.cluster.end(world.pod(PUMP), 3);
    await world.cluster.deleteAsOthersDo(world.pod(PUMP));
    expect(await ended).to.include({ code: 3, isKnown: true });
    await pause(10);
    expect(world.cluster.names('pods'), 'kept until its end is stored').to.have.length(1);
    await world.host.close();
    world.ledger.breakDown(false);
    const statuses = await world.openHost().survey();
    expect(statuses.get(PUMP)).to.have.nested.property('exit.code', 3);
    await eventually(() => {
      expect(world.cluster.names('pods')).to.deep.equal([]);
    });
  });

  it('is launched again after a pod that ended while no host lived, whose end is reported once (airflow 10544, 18070)', async () => {
    await world.launch(PUMP);
    await world.host.close();
    world.cluster.end(world.pod(PUMP), 7);
    const statuses = await world.openHost().survey();
    expect(statuses.get(PUMP)).to.include({ status: 'exited', generation: 1 });
    expect(statuses.get(PUMP)).to.have.nested.property('exit.code', 7);
    expect((await world.launch(PUMP, 2)).generation).to.equal(2);
    expect(world.cluster.names('pods')).to.deep.equal([world.pod(PUMP)]);
    await world.reopen();
    expect(world.host.status(PUMP)).to.include({ status: 'alive', generation: 2 });
  });

  it('is launched above the generation of an ended pod that the database does not know (airflow 39414)', async () => {
    const { annotations = {} } = podWith(null).metadata;
    const owner = { ...annotations, 'coredinator.dev/launch': OTHER, 'coredinator.dev/generation': '5' };
    const state = { terminated: { exitCode: 0, reason: 'Completed' } };
    const metadata = { name: world.pod(PUMP), uid: 'before', annotations: owner };
    world.cluster.putPod(podWith(state, { phase: 'Succeeded' }, metadata));
    await world.reopen({ ledger: memoryLedger() });
    await world.launch(PUMP);
    expect(world.cluster.pods().map(({ metadata: { uid } }) => uid)).not.to.include('before');
    expect(world.cluster.names('pods')).to.deep.equal([world.pod(PUMP)]);
  });

  it('is a problem if its pod does not end in time after a stop, with the node to look at', async () => {
    let aheadMs = 0;
    await world.reopen({ clock: { now: () => Date.now() + aheadMs, random: Math.random } });
    await world.launch(PUMP);
    world.cluster.endsDeleted = false;
    const stopped = world.host.stop(PUMP, { signal: 'SIGTERM', graceMs: 1_000 });
    await eventually(() => {
      expect(world.cluster.pods()[0]?.metadata.deletionTimestamp).not.to.equal(undefined);
    });
    expect(world.host.problems()).to.deep.equal([]);
    aheadMs = 60_000;
    expect(world.host.problems()).to.deep.equal([
      `Pod ${world.pod(PUMP)} of service "pump" does not end, although its grace is over. Look at the kubelet of n1, which has not reported its end.`,
    ]);
    world.cluster.end(world.pod(PUMP), 0);
    await stopped;
    expect(world.host.problems()).to.deep.equal([]);
  });
});
