import { expect } from 'chai';
import { recordSink } from '../../../lib/logs/sink/record-sink.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { wallTimers } from '../../../lib/ports/wall-timers.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClusterWorld, pause } from '../../support/kubernetes/fake-cluster-world.ts';
import { podRequest } from '../../support/kubernetes/pods.ts';

const PUMP = parseServiceId('pump');
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;

describe('a launch in a pod that is stopped right after its program began', () => {
  let world: FakeClusterWorld;

  beforeEach(async () => {
    world = await FakeClusterWorld.open();
    await world.reopen({ timers: wallTimers }); // so that there is time before it counts as launched
    world.cluster.onExec((_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'));
  });

  afterEach(() => world.dispose());

  it('counts as launched, so that its end is told', async () => {
    const launching = world.host.launch(podRequest(PUMP, 1));
    await eventually(() => {
      expect(world.cluster.names('pods')).to.have.length(1);
    });
    void world.host.stop(PUMP, STOP);
    const outcome = await launching;
    if (outcome.type !== 'launched') throw new Error(outcome.failure.message);
    expect(await world.exitOf(outcome.launch)).to.include({ signal: 'SIGTERM', isKnown: true });
  });

  it('has the output that it wrote until then', async () => {
    world.cluster.endsDeleted = false;
    const launching = world.host.launch(podRequest(PUMP, 1));
    await eventually(() => {
      expect(world.cluster.follows).to.equal(1);
    }, 500); // it counts as launched after 1.2 s
    void world.host.stop(PUMP, STOP);
    world.cluster.write(world.pod(PUMP), 'last words');
    world.cluster.end(world.pod(PUMP), 143, { code: null, signal: 15 });
    await launching;
    await eventually(() => {
      expect(world.cluster.names('pods')).to.deep.equal([]);
    });
    const log = await recordSink(world.stateDir).open(PUMP, 1, 1);
    expect(log.mark).to.include({ count: 1 });
    await log.close();
  });
});

describe('a launch in a pod that is stopped while its container is created', () => {
  let world: FakeClusterWorld;

  beforeEach(async () => {
    world = await FakeClusterWorld.open();
    world.cluster.runsCreated = false;
  });

  afterEach(() => world.dispose());

  it('is not deleted then: a kubelet may let its program run all the same, and say that nothing of it is left', async () => {
    const launching = world.host.launch(podRequest(PUMP, 1));
    await eventually(() => {
      expect(world.cluster.pods()[0]?.status?.phase).to.equal('Pending');
    });
    const stopped = world.host.stop(PUMP, STOP);
    await pause(5);
    expect(world.cluster.pods()[0]?.metadata.deletionTimestamp).to.equal(undefined);

    world.cluster.run(world.pod(PUMP));
    const outcome = await launching;
    if (outcome.type !== 'launched') throw new Error(outcome.failure.message);
    expect(await stopped).to.include({ signal: 'SIGTERM', isKnown: true });
    expect(await world.exitOf(outcome.launch)).to.include({ signal: 'SIGTERM', isKnown: true });
  });

  it('is deleted if it does not run for long', async () => {
    const launching = world.host.launch(podRequest(PUMP, 1));
    await eventually(() => {
      expect(world.cluster.pods()[0]?.status?.phase).to.equal('Pending');
    });
    const stopped = world.host.stop(PUMP, STOP);
    await eventually(() => {
      expect(world.cluster.names('pods')).to.deep.equal([]);
    });
    await Promise.all([launching, stopped]);
  });
});
