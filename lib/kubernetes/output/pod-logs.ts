import type { Launch } from '../../model/process.ts';
import type { LaunchId } from '../../model/values/ids.ts';
import type { Timers } from '../../ports/clock.ts';
import type { LogSink } from '../../ports/engine/log-sink.ts';
import type { Log } from '../../ports/log.ts';
import type { KubernetesClient } from '../api/client.ts';
import type { Pod } from '../api/objects.ts';
import type { PodOutput } from '../launching/pod-context.ts';
import { maxLogBytesOf } from '../pods/pod-state.ts';
import { PodLog } from './pod-log.ts';

export interface PodLogsOptions {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly sink: LogSink;
  readonly timers: Timers;
  readonly log: Log;
}

/**
 * Keeps the output of pods in the logs of this host: one request for each pod that runs, which follows its output. It goes
 * on where the log ends, whichever host wrote that, so nothing is lost or doubled; what the kubelet has rotated away before
 * it could be read is lost.
 */
export class PodLogs implements PodOutput {
  readonly #options: PodLogsOptions;
  readonly #logs = new Map<LaunchId, PodLog>();

  constructor(options: PodLogsOptions) {
    this.#options = options;
  }

  follow({ launchId, serviceId, generation }: Launch, pod: Pod): void {
    if (this.#logs.has(launchId)) return;
    const { client, namespace, sink, timers, log } = this.#options;
    const { name } = pod.metadata;
    const maxBytes = maxLogBytesOf(pod);
    const podLog = new PodLog({
      client,
      path: `/api/v1/namespaces/${namespace}/pods/${name}/log`,
      open: () => sink.open(serviceId, generation, maxBytes),
      ...{ timers, reach: client.reach },
      log: {
        warn: (fields, message) => {
          log.warn({ ...fields, serviceId, generation, pod: name }, message);
        },
      },
    });
    this.#logs.set(launchId, podLog);
    void podLog.done.then(() => this.#logs.delete(launchId));
  }

  drained(launchId: LaunchId): Promise<void> {
    return this.#logs.get(launchId)?.drain() ?? Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#logs.values()].map((podLog) => podLog.close()));
  }
}
