import { expect } from 'chai';
import type { Launch, ProcessExit } from '../../../lib/model/process.ts';
import { podName } from '../../../lib/kubernetes/pods/names.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { ProcessHost } from '../../../lib/ports/process-host.ts';
import { eventually } from '../../support/eventually.ts';
import { harm, needsOwnCluster, seconds } from '../../support/kubernetes/cluster-harm.ts';
import { PodWorld } from '../../support/kubernetes/pod-world.ts';
import { launchedBy } from '../../support/process/launched-by.ts';

const PUMP = parseServiceId('pump');
const FORCE = { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0, propagationPolicy: 'Background' };

describe('a pod that somebody takes away on a cluster', function () {
  this.timeout(300_000);
  this.slow(100_000);
  let world: PodWorld;
  let host: ProcessHost;

  beforeEach(async () => {
    world = new PodWorld();
    host = await world.openSurveyed();
  });
  afterEach(() => world.dispose());

  function launch(generation = 1): Promise<Launch> {
    const request = world.request(PUMP, generation);
    return eventually(async () => launchedBy(await host.launch(request)), 30_000, 200);
  }

  function exitOf({ launchId }: Launch): Promise<ProcessExit> {
    return new Promise((exited) => host.observe(launchId, { exited }));
  }

  /** The path of the pod of the service in the API. */
  function path(): string {
    return `/api/v1/namespaces/default/pods/${podName(world.instanceId, PUMP)}`;
  }

  /** As `kubectl delete pod --force` does. */
  async function deleteByForce(): Promise<void> {
    const client = await world.client();
    await client.delete(path(), FORCE);
    client.close();
  }

  it('ends as its program did when it is deleted by force while it runs (argo 7994, 8409, 8783, 13086)', async () => {
    const ended = exitOf(await launch());
    await deleteByForce();
    const exit = await ended;
    expect(exit).to.include({ signal: 'SIGTERM', isKnown: true, isBlameless: true, because: 'its pod was deleted' });
    expect(await launch(2)).to.include({ generation: 2 });
  });

  it('ends as its program did when it is deleted by force after its end (argo 7994, 8409, 8783, 13086)', async () => {
    const made = await launch();
    await world.close(host); // or it would remove the pod at once
    world.exit(made, 7);
    const client = await world.client();
    await eventually(async () => {
      expect(await client.get(path())).to.have.nested.property('status.phase', 'Failed');
    }, 30_000);
    client.close();
    await deleteByForce();
    host = await world.openSurveyed();
    const status = await eventually(() => {
      const found = host.status(PUMP);
      if (found?.status !== 'exited') throw new Error(`It is ${found?.status ?? 'unknown'}.`);
      return found;
    }, 30_000);
    expect(status.exit).to.include({ code: 7, isKnown: true });
    expect(await launch(2)).to.include({ generation: 2 });
  });

  it('ends blameless when it is evicted (k8s 105467, 118310, 122932; dask 91, 603)', async () => {
    const ended = exitOf(await launch());
    const client = await world.client();
    const name = podName(world.instanceId, PUMP);
    await client.post(`${path()}/eviction`, {
      ...{ apiVersion: 'policy/v1beta1', kind: 'Eviction', metadata: { name, namespace: 'default' } },
    });
    client.close();
    expect(await ended).to.include({ signal: 'SIGTERM', isKnown: true, isBlameless: true });
    expect(await launch(2)).to.include({ generation: 2 });
  });

  describe('with its node', () => {
    before(needsOwnCluster);
    afterEach(() => harm('mend'));

    it('is waited for: after a minute it is the same process (k8s 72226, 64869)', async () => {
      const made = await launch();
      const pid = world.mainOf(made);
      const node = /on node (n\d+)$/.exec(made.place ?? '')?.[1] ?? '';
      const from = performance.now();
      await harm('cut', node);
      await eventually(() => {
        expect(host.status(PUMP)).to.have.nested.property('doubt.reason', `node ${node} is not ready`);
      }, 30_000);
      expect(host.problems().join()).to.include(`Node ${node} is not ready`);
      const outcome = await host.launch(world.request(PUMP, 2));
      expect(outcome).to.have.nested.property('failure.code', 'EALIVE');
      await seconds(Math.max(0, 60 - (performance.now() - from) / 1_000));
      expect(world.mainOf(made)).to.equal(pid);
      await harm('heal', node);
      await eventually(() => {
        expect(host.status(PUMP)).to.include({ status: 'alive', generation: 1 }).and.not.to.have.property('doubt');
      }, 30_000);
      expect(world.mainOf(made)).to.equal(pid);
      const ended = exitOf(made);
      world.exit(made, 7);
      expect(await ended).to.include({ code: 7, isKnown: true });
    });
  });
});
