import type { LaunchId } from '../../model/values/ids.ts';
import type { ClusterAccess } from '../api/access.ts';
import { hasStatus } from '../api/api-error.ts';
import type { KubernetesClient } from '../api/client.ts';
import type { ApiList, Pod, Secret } from '../api/objects.ts';
import type { NewObject } from './pod-parts.ts';
import { FINALIZER, permitName } from './names.ts';
import { finalizerIndex } from './pod-state.ts';

/** The calls about pods and their permits in one namespace. All reject with an ApiError. */
export class PodCalls {
  readonly path: string;
  readonly #client: KubernetesClient;

  constructor(client: KubernetesClient, namespace: string) {
    this.#client = client;
    this.path = `/api/v1/namespaces/${namespace}`;
  }

  get access(): ClusterAccess {
    return this.#client.access;
  }

  /** Creates the permit; its name is of one launch alone, so one that exists already was created by an earlier try. */
  async createPermit(permit: NewObject): Promise<void> {
    try {
      await this.#client.post(`${this.path}/secrets`, permit);
    } catch (error) {
      if (!isExisting(error)) throw error;
    }
  }

  /** From then on the pod of the launch cannot start. */
  async deletePermit(launchId: LaunchId | string): Promise<void> {
    await ignoringMissing(this.#client.delete(`${this.path}/secrets/${permitName(launchId as LaunchId)}`));
  }

  async hasPermit(launchId: LaunchId): Promise<boolean> {
    const query = { fieldSelector: `metadata.name=${permitName(launchId)}` };
    const { items } = await this.#client.get<ApiList<Secret>>(`${this.path}/secrets`, query);
    return (items ?? []).length > 0;
  }

  async permits(labelSelector: string): Promise<readonly Secret[]> {
    return (await this.#client.get<ApiList<Secret>>(`${this.path}/secrets`, { labelSelector })).items ?? [];
  }

  /** Refused with 409 for as long as there is a pod of that name, alive or ended. */
  createPod(pod: NewObject): Promise<Pod> {
    return this.#client.post<Pod>(`${this.path}/pods`, pod);
  }

  /** The pod as it is in etcd; null: there is none. */
  async readPod(name: string): Promise<Pod | null> {
    try {
      return await this.#client.get<Pod>(`${this.path}/pods/${name}`);
    } catch (error) {
      if (hasStatus(error, 404)) return null;
      throw error;
    }
  }

  /** Lets the kubelet end the pod; 0 only for one that has ended. Our finalizer keeps the object. */
  async deletePod({ metadata }: Pod, gracePeriodSeconds: number): Promise<void> {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds, preconditions: { uid: metadata.uid } };
    try {
      await this.#client.delete(`${this.path}/pods/${metadata.name}`, body);
    } catch (error) {
      const isGone = hasStatus(error, 404) || hasStatus(error, 409); // 409: another pod has the name by now
      if (!isGone) throw error;
    }
  }

  /** Takes our finalizer off, so that a deleted pod is gone. Resolves to false if the pod has changed: read it again. */
  async release(pod: Pod): Promise<boolean> {
    const index = finalizerIndex(pod);
    if (index === -1) return true;
    const { name, uid } = pod.metadata;
    const path = `/metadata/finalizers/${index}`;
    try {
      await this.#client.patch(`${this.path}/pods/${name}`, [
        { op: 'test', path: '/metadata/uid', value: uid },
        { op: 'test', path, value: FINALIZER },
        { op: 'remove', path },
      ]);
      return true;
    } catch (error) {
      if (hasStatus(error, 404)) return true;
      if (hasStatus(error, 409) || hasStatus(error, 422)) return false;
      throw error;
    }
  }
}

/** Whether a creation was refused because an object of that name exists. */
export function isExisting(error: unknown): boolean {
  return hasStatus(error, 409) && error.reason === 'AlreadyExists';
}

async function ignoringMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
  }
}
