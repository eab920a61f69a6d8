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

describe('a launch in a pod whose container is created late', function () {
  this.timeout(20_000);
  let world: FakeClusterWorld;

  beforeEach(async () => {
    world = await FakeClusterWorld.open();
    world.cluster.runsCreated = false;
  });

  afterEach(() => world.dispose());

  async function pending(): Promise<void> {
    await eventually(() => {
      expect(world.cluster.pods()[0]?.status?.phase).to.equal('Pending');
    });
  }

  async function isKept(): Promise<void> {
    await eventually(() => {
      expect(world.host.status(PUMP)).to.include({ status: 'alive', generation: 1 });
    });
    await pause(30);
    expect(world.host.status(PUMP)).to.include({ status: 'alive', generation: 1 });
    expect(world.cluster.pods()[0]?.metadata.deletionTimestamp).to.equal(undefined);
  }

  it('is kept by the next host, which was about to take it back', async () => {
    const launching = world.host.launch(podRequest(PUMP, 1));
    await pending();
    await world.host.close();
    await launching;
    const surveyed = world.openHost().survey();
    await pause(18); // after 15 s it is taken back
    world.cluster.run(world.pod(PUMP));
    await surveyed;
    await isKept();
  });

  it('is kept by its own host, which was about to take it back', async () => {
    await world.reopen({ launchTimeoutMs: 5_000 });
    const launching = world.host.launch(podRequest(PUMP, 1));
    await pending();
    await pause(8);
    world.cluster.run(world.pod(PUMP));
    expect((await launching).type).to.equal('launched');
    await isKept();
  });

  it('is ended by a stop all the same', async () => {
    await world.reopen({ launchTimeoutMs: 5_000 });
    const launching = world.host.launch(podRequest(PUMP, 1));
    await pending();
    await pause(8);
    const stopped = world.host.stop(PUMP, STOP);
    await pause(2);
    world.cluster.run(world.pod(PUMP));
    expect(await stopped).to.include({ signal: 'SIGTERM', isKnown: true });
    await launching;
  });

  it('is ended by a stop that comes while its program begins', async () => {
    await world.reopen({ launchTimeoutMs: 5_000 });
    const launching = world.host.launch(podRequest(PUMP, 1));
    await pending();
    await pause(8);
    world.cluster.run(world.pod(PUMP));
    await eventually(() => {
      expect(world.cluster.follows).to.equal(1);
    });
    expect(await world.host.stop(PUMP, STOP)).to.include({ signal: 'SIGTERM', isKnown: true });
    await launching;
  });

  it('is taken back if it does not run for long', async () => {
    await world.reopen({ launchTimeoutMs: 5_000 });
    const outcome = await world.host.launch(podRequest(PUMP, 1));
    expect(outcome).to.have.nested.property('failure.code', 'ETIMEDOUT');
    await eventually(() => {
      expect(world.cluster.names('pods')).to.deep.equal([]);
    });
  });

  it('is taken back by the next host if it does not run for long, with its permit in place until it has ended', async () => {
    const launching = world.host.launch(podRequest(PUMP, 1));
    await pending();
    await world.host.close();
    await launching;
    await world.openHost().survey();
    await eventually(() => {
      expect(world.cluster.names('pods')).to.deep.equal([]);
    }, 10_000);
    expect(world.host.obstacleTo(PUMP)).to.equal(null);
    expect(world.host.status(PUMP)).to.include({ status: 'revoked', generation: 1 });
    await eventually(() => {
      expect(world.cluster.names('secrets')).to.deep.equal([]);
    });
  });

  it('is a problem if it was taken back and its pod does not end', async () => {
    let aheadMs = 0;
    await world.reopen({ launchTimeoutMs: 5_000, clock: { now: () => Date.now() + aheadMs, random: Math.random } });
    world.cluster.endsDeleted = false;
    const launching = world.host.launch(podRequest(PUMP, 1));
    await eventually(() => {
      expect(world.cluster.pods()[0]?.metadata.deletionTimestamp).not.to.equal(undefined);
    }, 10_000);
    expect(world.host.problems()).to.deep.equal([]);
    aheadMs = 200_000;
    expect(world.host.problems().join()).to.include(`Pod ${world.pod(PUMP)} of service "pump" does not end`);
    await world.host.close();
    await launching;
  });
});
