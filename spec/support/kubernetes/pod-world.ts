import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, readFileSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { kubeconfigAccess } from '../../../lib/kubernetes/api/kubeconfig.ts';
import { KubernetesClient } from '../../../lib/kubernetes/api/client.ts';
import type { Pod } from '../../../lib/kubernetes/api/objects.ts';
import { KubernetesProcessHost } from '../../../lib/kubernetes/launching/kubernetes-process-host.ts';
import { POD_GUARANTEES } from '../../../lib/kubernetes/launching/launch-of-pod.ts';
import type { KubernetesProcessHostOptions } from '../../../lib/kubernetes/launching/host-options.ts';
import { podOf } from '../../../lib/kubernetes/pods/manifest.ts';
import type { PodDefaults } from '../../../lib/kubernetes/pods/pod-parts.ts';
import { instanceLabel, podName } from '../../../lib/kubernetes/pods/names.ts';
import { PodCalls } from '../../../lib/kubernetes/pods/pod-calls.ts';
import { isOver, isRunning } from '../../../lib/kubernetes/pods/pod-state.ts';
import { kubernetesArchitecture, shimConfigMap } from '../../../lib/kubernetes/pods/shim-object.ts';
import type { Launch } from '../../../lib/model/process.ts';
import { parseLaunchId, type ServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../lib/model/values/run-as.ts';
import type { LaunchRequest, ProcessHost } from '../../../lib/ports/process-host.ts';
import { wallTimers } from '../../../lib/ports/wall-timers.ts';
import { nativeShimFile } from '../../../lib/process/launch/shim-kind.ts';
import { eventually } from '../eventually.ts';
import type { ProcessHostHarness } from '../process/process-host-contract.ts';
import type { Intended } from '../process/process-host-reopening.ts';
import { memoryLedger, type MemoryLedger } from '../store/memory-ledger.ts';
import { temporaryFolder } from '../temporary.ts';

const NAMESPACE = 'default';
const IMAGE = process.env['CLUSTER_IMAGE'] ?? 'docker.io/local/base:1';
const KILL = { signal: 'SIGKILL', graceMs: 0 } as const;
const silent = (): void => undefined;

/** Successive hosts of one instance on a cluster whose nodes share the file system of this machine. */
export class PodWorld {
  readonly folder = temporaryFolder();
  readonly ledger: MemoryLedger = memoryLedger();
  readonly instanceId = randomUUID();
  readonly #hosts = new Set<ProcessHost>();
  readonly #held: number[] = [];

  async client(): Promise<KubernetesClient> {
    return new KubernetesClient({ access: await kubeconfigAccess({ file: null, context: null }) });
  }

  async open(options: Partial<KubernetesProcessHostOptions> = {}): Promise<ProcessHost> {
    const host = new KubernetesProcessHost({
      client: await this.client(),
      namespace: NAMESPACE,
      instanceId: this.instanceId,
      basePath: this.folder,
      stateDir: join(this.folder, 'state'),
      hostUrl: () => 'http://127.0.0.1:1',
      defaults: this.defaults(),
      shim: { object: this.shim(), architecture: kubernetesArchitecture() ?? '' },
      ...{ launchTimeoutMs: 60_000, orphans: 'report', ownsRecords: true, output: null, ledger: this.ledger },
      log: { debug: silent, info: silent, warn: silent, error: silent },
      clock: { now: Date.now, random: Math.random },
      timers: wallTimers,
      ...options,
    });
    this.#hosts.add(host);
    return host;
  }

  async openSurveyed(): Promise<ProcessHost> {
    const host = await this.open();
    await host.survey();
    return host;
  }

  defaults(): Omit<PodDefaults, 'instance' | 'basePath' | 'shim'> {
    const { folder } = this;
    const source = { type: 'host_path', path: folder } as const;
    return {
      image: IMAGE,
      volumes: [{ path: folder, isReadOnly: true, source }],
      nodeSelector: {},
      serviceAccount: null,
    };
  }

  shim(): ReturnType<typeof shimConfigMap> {
    return shimConfigMap(readFileSync(nativeShimFile()));
  }

  async close(host: ProcessHost): Promise<void> {
    this.#hosts.delete(host);
    await host.close();
  }

  /** A request for a program that exits with the code given to exit(). */
  request(serviceId: ServiceId, generation: number): LaunchRequest {
    const orders = this.#ordersFile(serviceId, generation);
    execFileSync('mkfifo', ['-m', '666', orders]);
    this.#held.push(openSync(orders, constants.O_RDWR | constants.O_NONBLOCK));
    const script = join(this.folder, 'program');
    writeFileSync(script, '#!/bin/sh\nread code <"$1"\nexit "$code"\n', { mode: 0o755 });
    return {
      ...{ serviceId, agentId: null, generation, executablePath: script, version: '1.2.3', args: [orders], env: {} },
      ...{ cwd: null, stop: { signal: 'SIGTERM', graceMs: 5_000 }, limits: NO_LIMITS, maxLogBytes: 1024 ** 2 },
      ...{ output: 'separate', ...AS_HOST },
    };
  }

  #ordersFile(serviceId: ServiceId, generation: number): string {
    return join(this.folder, `${serviceId}-${generation}.orders`);
  }

  exit({ serviceId, generation }: Launch, code: number): void {
    const fd = openSync(this.#ordersFile(serviceId, generation), constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(fd, `${code}\n`);
    this.#held.push(fd);
  }

  /** The main process of a launch, as this machine sees it; null: it does not run. */
  mainOf({ serviceId, generation, executablePath }: Launch): number | null {
    const orders = this.#ordersFile(serviceId, generation);
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const words = commandOf(pid);
      if (words[0] === '/bin/sh' && words[1] === executablePath && words[2] === orders) return Number(pid);
    }
    return null;
  }

  /** A launch that is asked for only when it `arrives`, after its permit was taken away. */
  intended(serviceId: ServiceId): Intended {
    const request = this.request(serviceId, 1);
    const launchId = parseLaunchId(randomUUID().replaceAll('-', ''));
    const { executablePath, version } = request;
    const who = {
      launchId,
      serviceId,
      generation: 1,
      shim: 'pod',
      bootId: NAMESPACE,
      executablePath,
      version,
    } as const;
    const none = { pid: null, startTime: null, place: null, exit: null };
    this.ledger.put({ ...who, state: 'intent', intendedAt: Date.now(), ...none });
    const name = podName(this.instanceId, serviceId);
    const shim = { configMap: this.shim().metadata.name, architecture: kubernetesArchitecture() ?? '' };
    const own = { instance: instanceLabel(this.instanceId), basePath: this.folder, shim };
    return {
      launchId,
      arrive: async () => {
        const calls = new PodCalls(await this.client(), NAMESPACE);
        await calls.createPod(
          podOf({ request, launchId, name, env: {}, config: null }, { ...this.defaults(), ...own }),
        );
        return eventually(
          async (): Promise<'ran' | 'refused'> => {
            const pod: Pod | null = await calls.readPod(name);
            if (pod === null || isOver(pod)) return 'refused';
            if (isRunning(pod)) return 'ran';
            throw new Error('It is not known yet.');
          },
          30_000,
          50,
        );
      },
    };
  }

  harness(host: ProcessHost): ProcessHostHarness {
    return {
      host,
      guarantees: POD_GUARANTEES,
      timeoutMs: 20_000,
      reopening: {
        reopen: async (ledger = 'same') => this.open(ledger === 'same' ? {} : { ledger: memoryLedger() }),
        close: (one) => this.close(one),
        intend: (serviceId) => this.intended(serviceId),
      },
      isIdentity: (launch) => this.mainOf(launch) !== null,
      request: (serviceId, generation) => this.request(serviceId, generation),
      requestOfNothing: (serviceId, generation) => {
        const request = this.request(serviceId, generation);
        return { ...request, executablePath: join(this.folder, 'missing') };
      },
      exit: (launch, code) => {
        this.exit(launch, code);
      },
      loseShim: null,
      kill: (launch) => {
        const pid = this.mainOf(launch);
        if (pid === null) throw new Error(`The program of ${launch.serviceId} does not run.`);
        process.kill(pid, 'SIGKILL');
      },
      dispose: () => this.dispose(),
    };
  }

  async dispose(): Promise<void> {
    const services = new Set([...this.ledger.entries.values()].map(({ serviceId }) => serviceId));
    if (this.#hosts.size === 0) await (await this.open()).survey();
    for (const host of this.#hosts) {
      await Promise.all([...services].map((serviceId) => host.stop(serviceId, KILL)));
      await host.close();
    }
    for (const fd of this.#held) closeSync(fd);
  }
}

function commandOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it has just ended
  }
}
