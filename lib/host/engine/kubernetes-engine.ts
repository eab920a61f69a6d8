import { readFileSync } from 'node:fs';
import { createCatalog } from '../../config/catalog.ts';
import { openClient } from '../../kubernetes/api/open-client.ts';
import { KubernetesProcessHost } from '../../kubernetes/launching/kubernetes-process-host.ts';
import { PodCommands } from '../../kubernetes/launching/run-in-pod.ts';
import { POD_GUARANTEES } from '../../kubernetes/launching/launch-of-pod.ts';
import { kubernetesArchitecture, shimConfigMap } from '../../kubernetes/pods/shim-object.ts';
import { PodLogs } from '../../kubernetes/output/pod-logs.ts';
import { recordSink } from '../../logs/sink/record-sink.ts';
import type { KubernetesSettings } from '../../model/engine.ts';
import type { Engine, EngineContext } from '../../ports/engine/engine.ts';
import type { PortFinder } from '../../ports/port-registry.ts';
import { wallTimers } from '../../ports/wall-timers.ts';
import { layoutOf, makeFolders } from '../../process/files/layout.ts';
import { nativeProtocol, nativeShimFile } from '../../process/launch/shim-kind.ts';

/** In a pod every port is free: the lowest that no service has. */
const LOWEST_PORT = 20_000;
const DEFAULT_NAMESPACE = 'default';

/** The engine that runs each service in a pod of a cluster. Rejects if there is no shim, or no way to find the cluster. */
export async function openKubernetesEngine(settings: KubernetesSettings, context: EngineContext): Promise<Engine> {
  const { stateDir, basePath, executableRoots, log } = context;
  makeFolders(layoutOf(stateDir));
  const client = await openClient(settings);
  const { image, volumes, nodeSelector, serviceAccount, launchTimeoutMs } = settings;
  const namespace = settings.namespace ?? client.access.namespace ?? DEFAULT_NAMESPACE;
  const processes = new KubernetesProcessHost({
    ...context,
    client,
    namespace,
    defaults: { image, volumes, nodeSelector, serviceAccount },
    shim: shimOfPods(),
    launchTimeoutMs,
    output: new PodLogs({ client, namespace, sink: recordSink(stateDir), timers: wallTimers, log }),
    timers: wallTimers,
  });
  return {
    name: 'kubernetes',
    processes,
    usage: { read: () => Promise.resolve(null) }, // nothing in a cluster without metrics.k8s.io says what pods use
    catalog: createCatalog({ basePath, exclude: [stateDir], roots: executableRoots, log }),
    ports: podPorts(),
    commands: new PodCommands({
      ...{ access: client.access, namespace, basePath },
      instanceId: context.instanceId,
      timers: wallTimers,
    }),
    guarantees: POD_GUARANTEES,
    close: () => processes.close(),
  };
}

/** The native shim of this host, which must also fit the nodes. */
function shimOfPods(): { readonly object: ReturnType<typeof shimConfigMap>; readonly architecture: string } {
  const architecture = kubernetesArchitecture();
  if (architecture === null || nativeProtocol() === null) {
    throw new Error(
      `Services cannot run in pods: the native shim ("${nativeShimFile()}") does not run on this machine. Run the host on Linux with an x64 or arm64 processor, and install the package there again.`,
    );
  }
  return { object: shimConfigMap(readFileSync(nativeShimFile())), architecture };
}

function podPorts(): PortFinder {
  return {
    isFree: () => Promise.resolve(true),
    holder: () => Promise.resolve(null),
    find: (taken) => {
      let port = LOWEST_PORT;
      while (taken.has(port)) port += 1;
      return Promise.resolve(port);
    },
  };
}
