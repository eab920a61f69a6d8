import { expect } from 'chai';
import { KubernetesClient } from '../../../lib/kubernetes/api/client.ts';
import { KubernetesProcessHost } from '../../../lib/kubernetes/launching/kubernetes-process-host.ts';
import { PodLogs } from '../../../lib/kubernetes/output/pod-logs.ts';
import { podName } from '../../../lib/kubernetes/pods/names.ts';
import { recordSink } from '../../../lib/logs/sink/record-sink.ts';
import type { ProcessExit } from '../../../lib/model/process.ts';
import { parseServiceId, type ServiceId } from '../../../lib/model/values/ids.ts';
import { wallTimers } from '../../../lib/ports/wall-timers.ts';
import { recordingLog } from '../../support/control/control-world.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeCluster } from '../../support/kubernetes/fake-cluster.ts';
import { podRequest } from '../../support/kubernetes/pods.ts';
import { launchedBy } from '../../support/process/launched-by.ts';
import { memoryLedger, type MemoryLedger } from '../../support/store/memory-ledger.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const INSTANCE = 'instance-1';
/** How much faster time goes here than on a wall. */
const PACE = 20;
const PUMP = parseServiceId('pump');
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;
const timers = {
  setTimeout: (act: () => void, ms: number): unknown => wallTimers.setTimeout(act, ms / PACE),
  clearTimeout: (timer: unknown): void => {
    wallTimers.clearTimeout(timer);
  },
};

describe('a host whose API server is away', function () {
  this.timeout(60_000);
  let cluster: FakeCluster;
  let host: KubernetesProcessHost;
  let ledger: MemoryLedger;
  let stateDir: string;

  beforeEach(async () => {
    cluster = await FakeCluster.open();
    ledger = memoryLedger();
    stateDir = temporaryFolder();
    host = open();
    await host.survey();
  });

  afterEach(async () => {
    await host.close();
    await cluster.close();
  });

  function open(): KubernetesProcessHost {
    const credentials = { headers: {}, isVerified: true };
    const access = { server: cluster.url, namespace: null, credentials: () => Promise.resolve(credentials) };
    const client = new KubernetesClient({ access, timers, limitMs: 100_000, perSecond: 10_000, burst: 10_000 });
    const log = recordingLog();
    return new KubernetesProcessHost({
      ...{ client, namespace: 'plant', instanceId: INSTANCE, basePath: '/opt/plant', stateDir, ledger, log, timers },
      hostUrl: () => 'http://127.0.0.1:1',
      defaults: { image: 'base:1', volumes: [], nodeSelector: {}, serviceAccount: null },
      shim: { object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shim' } }, architecture: 'amd64' },
      ...{ launchTimeoutMs: 60_000, orphans: 'report', ownsRecords: true },
      output: new PodLogs({ client, namespace: 'plant', sink: recordSink(stateDir), timers, log }),
      clock: { now: Date.now, random: Math.random },
    });
  }

  async function launch(serviceId: ServiceId): Promise<void> {
    launchedBy(await host.launch(podRequest(serviceId, 1)));
  }

  function services(count: number): readonly ServiceId[] {
    return Array.from({ length: count }, (_, index) => parseServiceId(`pump-${index}`));
  }

  function pod(serviceId: ServiceId): string {
    return podName(INSTANCE, serviceId);
  }

  function away(): Promise<void> {
    cluster.goAway();
    return eventually(() => {
      expect(host.problems().join()).to.include('The cluster cannot be reached');
    });
  }

  it('asks it less than twice a second after a minute, with 100 services (client-node 1933, kubespawner 209)', async () => {
    const all = services(100);
    await Promise.all(all.map((serviceId) => launch(serviceId)));
    await away();
    const stops = all.slice(0, 20).map((serviceId) => host.stop(serviceId, STOP)); // accepted, and carried out later
    await pause(60);
    const before = cluster.requests;
    await pause(60);
    const during = cluster.requests - before;
    expect(during, 'requests in a minute').to.be.within(1, 120);
    cluster.comeBack();
    for (const exit of await Promise.all(stops)) expect(exit).to.include({ signal: 'SIGTERM', isKnown: true });
    expect(host.live()).to.have.length(80);
  });

  it('takes nothing for dead, launches nothing, and knows all that happened once it is back', async () => {
    const [one, two] = [parseServiceId('one'), parseServiceId('two')];
    await launch(one);
    await launch(two);
    const { launchId } = host.live().find(({ serviceId }) => serviceId === one)!;
    const exited = new Promise<ProcessExit>((resolve) => host.observe(launchId, { exited: resolve }));
    await away();
    cluster.end(pod(one), 7);
    const outcome = await host.launch(podRequest(PUMP, 1));
    expect(outcome).to.have.nested.property('failure.code', 'EAPI');
    expect(outcome).to.have.nested.property('failure.isPermanent', false);
    await pause(120);
    expect(host.live().map(({ serviceId }) => serviceId)).to.have.members([one, two]);
    expect(cluster.names('pods')).to.have.length(2);
    cluster.comeBack();
    expect(await exited).to.include({ code: 7, isKnown: true });
    expect(host.problems()).to.deep.equal([]);
    expect(host.live().map(({ serviceId }) => serviceId)).to.deep.equal([two]);
    await launch(PUMP);
  });

  it('reads what an ended pod wrote last, however long that takes', async () => {
    await launch(PUMP);
    await eventually(() => {
      expect(cluster.follows).to.equal(1);
    });
    cluster.cutFollows();
    cluster.write(pod(PUMP), 'last words');
    cluster.end(pod(PUMP), 1);
    await eventually(() => {
      expect(host.status(PUMP)).to.include({ status: 'exited' });
    });
    await away();
    await pause(120);
    cluster.comeBack();
    await eventually(() => {
      expect(cluster.names('pods')).to.deep.equal([]);
    }, 20_000);
    const log = await recordSink(stateDir).open(PUMP, 1, 1);
    expect(log.mark).to.include({ count: 1 });
    await log.close();
  });

  it('adopts what was running when it starts, in doubt until the cluster answers', async () => {
    await launch(PUMP);
    await host.close();
    cluster.goAway();
    host = open();
    const statuses = await host.survey();
    expect(statuses.get(PUMP)).to.have.nested.property('doubt.reason', 'the cluster does not answer');
    const outcome = await host.launch(podRequest(PUMP, 2));
    expect(outcome).to.have.property('type', 'refused');
    cluster.comeBack();
    await eventually(() => {
      expect(host.status(PUMP)).to.include({ status: 'alive' }).and.not.to.have.property('doubt');
    }, 20_000);
    expect(cluster.names('pods')).to.have.length(1);
  });
});

/** So many seconds, as timers here see them. */
function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => timers.setTimeout(resolve, seconds * 1_000));
}
