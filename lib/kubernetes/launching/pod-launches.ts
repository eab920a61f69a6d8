import { transient } from '../../launching/transient-failure.ts';
import type { LaunchFailure } from '../../model/process.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Pod } from '../api/objects.ts';
import { ownerOf, placeOf } from '../pods/pod-state.ts';
import type { Attempts } from './attempts.ts';
import { predecessorOf } from './create-pod.ts';
import type { Nodes } from './nodes.ts';
import type { PodLaunch } from './pod-launch.ts';

/** How long a launch waits for what the previous one left. */
const PREDECESSOR_MS = 10_000;

/** All launches that something is left of, with what the API says of them. */
export class PodLaunches {
  readonly #launches = new Map<LaunchId, PodLaunch>();
  readonly #nodes: Nodes;

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  get(launchId: LaunchId): PodLaunch | null {
    return this.#launches.get(launchId) ?? null;
  }

  /** Knows a launch from now on until nothing is left of it. */
  add(launch: PodLaunch): void {
    this.#launches.set(launch.launchId, launch);
    void launch.removed.then(() => this.#launches.delete(launch.launchId));
  }

  of(serviceId: ServiceId): readonly PodLaunch[] {
    return [...this.#launches.values()].filter((launch) => launch.serviceId === serviceId);
  }

  all(): readonly PodLaunch[] {
    return [...this.#launches.values()];
  }

  /** Passes on what the API says of a pod; returns false if it is of no launch that is known here. */
  observed(pod: Pod): boolean {
    const owner = ownerOf(pod);
    const launch = owner === null ? null : this.get(owner.launchId);
    if (launch === null) return false;
    launch.observed(pod);
    this.#review(launch);
    return true;
  }

  gone(pod: Pod): void {
    const owner = ownerOf(pod);
    if (owner !== null) this.get(owner.launchId)?.gone();
  }

  /** The nodes have changed. */
  review(): void {
    for (const launch of this.#launches.values()) this.#review(launch);
  }

  #review(launch: PodLaunch): void {
    const { pod } = launch;
    if (pod === null || launch.launch === null) return;
    const lost = this.#nodes.lossOf(pod);
    if (lost === null) launch.doubt(this.#nodes.doubtOf(pod));
    else launch.lost(lost);
  }

  /** Waits for what stops have left; two generations never overlap, neither in the cluster nor in the ledger. */
  async clear(serviceId: ServiceId, attempts: Attempts): Promise<LaunchFailure | null> {
    const earlier = this.of(serviceId);
    await Promise.all(earlier.filter(({ isStopping }) => isStopping).map(({ ended }) => ended));
    try {
      await Promise.all(earlier.map((launch) => launch.stored()));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return transient('ESTORE', `Cannot store the exit of service "${serviceId}": ${reason}`);
    }
    const removed = Promise.all(earlier.map((launch) => launch.removed));
    await Promise.race([removed, attempts.wait(PREDECESSOR_MS)]);
    return this.#predecessor(serviceId);
  }

  /** Why the pods of earlier launches of a service are not gone; null: they are. */
  #predecessor(serviceId: ServiceId): LaunchFailure | null {
    const left = this.of(serviceId).find((launch) => !launch.isRemoved);
    if (left === undefined) return null;
    return predecessorOf(serviceId, left.pod === null ? `pod ${left.name}` : placeOf(left.pod));
  }

  /** What is in the way of launches and stops, as sentences. */
  problems(): readonly string[] {
    return this.all().flatMap((launch) => {
      const { hindrance, serviceId, isOverdue } = launch;
      if (hindrance !== null) return [`Service "${serviceId}" does not run yet. ${hindrance.message}`];
      if (!isOverdue) return [];
      const node = launch.pod?.spec?.nodeName;
      const where =
        node === undefined ? 'No node has it yet' : `Look at the kubelet of ${node}, which has not reported its end`;
      return [`Pod ${launch.name} of service "${serviceId}" does not end, although its grace is over. ${where}.`];
    });
  }

  close(): void {
    for (const launch of this.#launches.values()) launch.close();
  }
}
