import { describeProcessHost } from '../support/process/process-host-contract.ts';
import { PodWorld } from '../support/kubernetes/pod-world.ts';

describe('on a cluster', function () {
  this.timeout(120_000);
  this.slow(20_000);

  describeProcessHost('the Kubernetes engine', async () => {
    const world = new PodWorld();
    return world.harness(await world.openSurveyed());
  });
});
