import { expect } from 'chai';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { LaunchOutcome } from '../../../lib/model/process.ts';
import { needsOwnCluster, seconds } from '../../support/kubernetes/cluster-harm.ts';
import { PodWorld } from '../../support/kubernetes/pod-world.ts';
import { Registry } from '../../support/kubernetes/registry.ts';
import { launchedBy } from '../../support/process/launched-by.ts';

const PUMP = parseServiceId('pump');

describe('the image of a pod on a cluster', function () {
  this.timeout(180_000);
  this.slow(100_000);
  let world: PodWorld;

  before(needsOwnCluster);
  beforeEach(() => {
    world = new PodWorld();
  });
  afterEach(() => world.dispose());

  async function launch(image: string): Promise<LaunchOutcome> {
    const host = await world.open({ defaults: { ...world.defaults(), image }, launchTimeoutMs: 120_000 });
    await host.survey();
    return host.launch(world.request(PUMP, 1));
  }

  it('is pulled once its registry is back, after 20 s (krane 477, airflow 61778, 65490, k8s 96187)', async () => {
    const launching = launch(Registry.image);
    await seconds(20);
    const registry = await Registry.open();
    try {
      const made = launchedBy(await launching);
      expect(made.generation, 'no failure was told').to.equal(1);
      expect(world.mainOf(made)).not.to.equal(null);
    } finally {
      await registry.close();
    }
  });

  it('is given up within 10 s if its registry does not know it (krane 477, airflow 61778, 65490, k8s 96187)', async () => {
    const registry = await Registry.open();
    try {
      const from = performance.now();
      const outcome = await launch(Registry.unknown);
      expect(performance.now() - from).to.be.lessThan(10_000);
      expect(outcome).to.have.property('type', 'refused');
      expect(outcome).to.have.nested.property('failure.code', 'EIMAGE');
      expect(outcome).to.have.nested.property('failure.isPermanent', true);
    } finally {
      await registry.close();
    }
  });
});
