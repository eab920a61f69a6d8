import { KubernetesClient } from '../../../lib/kubernetes/api/client.ts';
import { KubernetesProcessHost } from '../../../lib/kubernetes/launching/kubernetes-process-host.ts';
import type { KubernetesProcessHostOptions } from '../../../lib/kubernetes/launching/host-options.ts';
import { PodLogs } from '../../../lib/kubernetes/output/pod-logs.ts';
import { podName } from '../../../lib/kubernetes/pods/names.ts';
import { recordSink } from '../../../lib/logs/sink/record-sink.ts';
import type { Launch, ProcessExit } from '../../../lib/model/process.ts';
import type { ServiceId } from '../../../lib/model/values/ids.ts';
import { wallTimers } from '../../../lib/ports/wall-timers.ts';
import { recordingLog } from '../control/control-world.ts';
import { launchedBy } from '../process/launched-by.ts';
import { memoryLedger } from '../store/memory-ledger.ts';
import { temporaryFolder } from '../temporary.ts';
import { FakeCluster } from './fake-cluster.ts';
import { podRequest } from './pods.ts';

const INSTANCE = 'instance-1';
/** How much faster time goes for these hosts than on a wall. */
const PACE = 20;

const timers = {
  setTimeout: (act: () => void, ms: number): unknown => wallTimers.setTimeout(act, ms / PACE),
  clearTimeout: (timer: unknown): void => {
    wallTimers.clearTimeout(timer);
  },
};

/** So many seconds, as these hosts see them. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => timers.setTimeout(resolve, seconds * 1_000));
}

/** Successive hosts of one instance on a cluster that a spec controls. */
export class FakeClusterWorld {
  readonly cluster: FakeCluster;
  readonly ledger = memoryLedger();
  readonly stateDir = temporaryFolder();
  #host: KubernetesProcessHost | null = null;

  private constructor(cluster: FakeCluster) {
    this.cluster = cluster;
  }

  static async open(): Promise<FakeClusterWorld> {
    const world = new FakeClusterWorld(await FakeCluster.open());
    await world.openHost().survey();
    return world;
  }

  get host(): KubernetesProcessHost {
    if (this.#host === null) throw new Error('No host is open.');
    return this.#host;
  }

  /** A host that has surveyed nothing yet. */
  openHost(options: Partial<KubernetesProcessHostOptions> = {}): KubernetesProcessHost {
    const { stateDir, ledger, cluster } = this;
    const credentials = { headers: {}, isVerified: true };
    const access = { server: cluster.url, namespace: null, credentials: () => Promise.resolve(credentials) };
    const client = new KubernetesClient({ access, timers, limitMs: 100_000, perSecond: 10_000, burst: 10_000 });
    const log = recordingLog();
    this.#host = new KubernetesProcessHost({
      ...{ client, namespace: 'plant', instanceId: INSTANCE, basePath: '/opt/plant', stateDir, ledger, log, timers },
      hostUrl: () => 'http://127.0.0.1:1',
      defaults: { image: 'base:1', volumes: [], nodeSelector: {}, serviceAccount: null },
      shim: { object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shim' } }, architecture: 'amd64' },
      ...{ launchTimeoutMs: 60_000, orphans: 'report', ownsRecords: true },
      output: new PodLogs({ client, namespace: 'plant', sink: recordSink(stateDir), timers, log }),
      clock: { now: Date.now, random: Math.random },
      ...options,
    });
    return this.#host;
  }

  /** The host ends, and the next one surveys what there is. */
  async reopen(options: Partial<KubernetesProcessHostOptions> = {}): Promise<void> {
    await this.host.close();
    await this.openHost(options).survey();
  }

  async launch(serviceId: ServiceId, generation = 1): Promise<Launch> {
    return launchedBy(await this.host.launch(podRequest(serviceId, generation)));
  }

  /** How a launch ends. */
  exitOf({ launchId }: Launch): Promise<ProcessExit> {
    return new Promise((resolve) => this.host.observe(launchId, { exited: resolve }));
  }

  /** The name of the pod of a service. */
  pod(serviceId: ServiceId): string {
    return podName(INSTANCE, serviceId);
  }

  async dispose(): Promise<void> {
    await this.#host?.close();
    await this.cluster.close();
  }
}
