import { expect } from 'chai';
import { KubernetesClient } from '../../../lib/kubernetes/api/client.ts';
import { kubeconfigAccess } from '../../../lib/kubernetes/api/kubeconfig.ts';
import { parseWatchEvent, WatchExpired } from '../../../lib/kubernetes/watch/watch-event.ts';
import type { Launch, ProcessExit } from '../../../lib/model/process.ts';
import { parseServiceId, type ServiceId } from '../../../lib/model/values/ids.ts';
import type { ProcessHost } from '../../../lib/ports/process-host.ts';
import { eventually } from '../../support/eventually.ts';
import { harm, needsOwnCluster, seconds } from '../../support/kubernetes/cluster-harm.ts';
import { PodWorld } from '../../support/kubernetes/pod-world.ts';
import { launchedBy } from '../../support/process/launched-by.ts';

const [ONE, TWO, THREE] = [parseServiceId('one'), parseServiceId('two'), parseServiceId('three')];
const MANY = 100;
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;

describe('a host that cannot reach the API server of a cluster', function () {
  this.timeout(600_000);
  this.slow(200_000);
  let world: PodWorld;
  let host: ProcessHost;

  before(needsOwnCluster);
  beforeEach(async () => {
    world = new PodWorld();
    host = await world.openSurveyed();
  });
  afterEach(async () => {
    await harm('mend');
    await world.dispose();
  });

  function launch(serviceId: ServiceId, request = world.request(serviceId, 1)): Promise<Launch> {
    return eventually(async () => launchedBy(await host.launch(request)), 120_000, 200);
  }

  function exitOf({ launchId }: Launch): Promise<ProcessExit> {
    return new Promise((exited) => host.observe(launchId, { exited }));
  }

  /** Lets a service end while nobody can say so, and finds that out afterwards. */
  async function missNothing(begin: readonly string[], end: readonly string[]): Promise<void> {
    const [one, two] = [await launch(ONE), await launch(TWO)];
    const ended = exitOf(one);
    const pid = world.mainOf(two);
    await harm(...begin);
    world.exit(one, 7);
    const three = world.request(THREE, 1);
    const [refused] = await Promise.all([host.launch(three), seconds(60)]);
    expect(refused).to.have.nested.property('failure.code', 'EAPI');
    expect(host.live().map(({ serviceId }) => serviceId)).to.have.members([ONE, TWO]);
    await harm(...end);
    expect(await ended).to.include({ code: 7, isKnown: true });
    await launch(THREE, three);
    await eventually(() => {
      expect(host.problems()).to.deep.equal([]);
    }, 30_000);
    expect(world.mainOf(two)).to.equal(pid);
  }

  it('misses nothing while its own link is cut for a minute (kubespawner 209, 223, 577, 938; client-node 596, 958)', () =>
    missNothing(['cut', 'host'], ['heal', 'host']));

  it('misses nothing while it hangs for a minute (kubespawner 209, 223, 577, 938; client-node 596, 958)', () =>
    missNothing(['api-stop'], ['api-continue']));

  it('goes on after it was started again and does not know old versions (airflow 21087, 23521, 37369; fabric8 2135)', async () => {
    const one = await launch(ONE);
    const ended = exitOf(one);
    await harm('api-kill');
    world.exit(one, 7);
    await harm('api-start');
    const client = await world.client();
    const query = { watch: true, resourceVersion: '1', timeoutSeconds: 10 };
    const stream = await client.stream('/api/v1/namespaces/default/pods', query, 10_000);
    const [line = ''] = (await stream.lines()[Symbol.asyncIterator]().next()).value?.split('\n') ?? [];
    expect(() => parseWatchEvent(line)).to.throw(WatchExpired);
    client.close();
    expect(await ended).to.include({ code: 7, isKnown: true });
    await launch(TWO);
  });

  it(`asks it less than twice a second, with ${MANY} services, and loses none (client-node 1933, kubespawner 209)`, async () => {
    await world.close(host);
    const access = await kubeconfigAccess({ file: null, context: null });
    let requests = 0;
    const counted = {
      ...access,
      credentials: () => {
        requests += 1;
        return access.credentials();
      },
    };
    host = await world.open({ client: new KubernetesClient({ access: counted }), launchTimeoutMs: 300_000 });
    await host.survey();
    const all = Array.from({ length: MANY }, (_, index) => parseServiceId(`pump-${index}`));
    const launches = await Promise.all(all.map((id) => launch(id)));
    const pids = launches.map((one) => world.mainOf(one));
    const [ends, stays] = [launches.slice(0, 5), launches.slice(10)];
    const exits = ends.map(exitOf);
    await harm('api-kill');
    ends.forEach((one, index) => {
      world.exit(one, index);
    });
    const stops = launches.slice(5, 10).map(({ serviceId }) => host.stop(serviceId, STOP)); // carried out later
    await seconds(10);
    const before = requests;
    await seconds(60);
    expect(requests - before, 'requests in a minute').to.be.within(1, 120);
    await harm('api-start');
    for (const [index, exit] of (await Promise.all(exits)).entries()) expect(exit).to.include({ code: index });
    for (const exit of await Promise.all(stops)) expect(exit).to.include({ signal: 'SIGTERM', isKnown: true });
    expect(host.live()).to.have.length(stays.length);
    expect(stays.map((one) => world.mainOf(one))).to.deep.equal(pids.slice(10));
  });
});
