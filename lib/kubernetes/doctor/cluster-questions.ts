import type { KubernetesSettings } from '../../model/engine.ts';
import { ApiError, hasStatus } from '../api/api-error.ts';
import type { KubernetesClient } from '../api/client.ts';
import type { ApiObject } from '../api/objects.ts';
import { openClient } from '../api/open-client.ts';

/** One thing that a host does in a cluster, as a right that it needs. */
export interface Right {
  readonly verb: string;
  /** With its subresource: `pods/exec`. */
  readonly resource: string;
  /** What does not work without it; null: nothing works. */
  readonly without: string | null;
}

function rights(resource: string, verbs: readonly string[], without: string | null = null): readonly Right[] {
  return verbs.map((verb) => ({ verb, resource, without }));
}

/** All rights that a host uses. Those for nodes are for the whole cluster, the others for one namespace. */
export const RIGHTS: readonly Right[] = [
  ...rights('pods', ['get', 'list', 'watch', 'create', 'delete', 'patch']),
  ...rights('secrets', ['create', 'list', 'delete']),
  ...rights('configmaps', ['create']),
  ...rights('pods/log', ['get'], 'the output of services is not kept'),
  ...rights(
    'pods/exec',
    ['create', 'get'],
    'no signal can be sent, exec probes fail, and the end of a stopped service may be unknown',
  ),
  ...rights('nodes', ['list', 'watch'], 'it is not known by name which node does not answer'),
];

/** Asks a cluster what a host would find there. Everything is created as a dry run, so nothing changes. */
export class ClusterQuestions {
  readonly namespace: string;
  readonly server: string;
  readonly #client: KubernetesClient;

  private constructor(client: KubernetesClient, namespace: string) {
    this.#client = client;
    this.namespace = namespace;
    this.server = client.access.server;
  }

  /** Rejects if it is not known how to reach the cluster. */
  static async open(settings: KubernetesSettings): Promise<ClusterQuestions> {
    const client = await openClient(settings);
    return new ClusterQuestions(client, settings.namespace ?? client.access.namespace ?? 'default');
  }

  /** Its version, such as `v1.20.2`. Rejects with an ApiError if it cannot be reached. */
  async version(): Promise<string> {
    const { gitVersion = 'an unknown version' } = await this.#client.get<{ readonly gitVersion?: string }>('/version');
    return gitVersion;
  }

  async may({ verb, resource }: Right): Promise<boolean> {
    const [name = '', subresource] = resource.split('/');
    const of = name === 'nodes' ? {} : { namespace: this.namespace };
    const resourceAttributes = { ...of, verb, resource: name, ...(subresource === undefined ? {} : { subresource }) };
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' };
    const { status } = await this.#client.post<{ readonly status?: { readonly allowed?: boolean } }>(
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      { ...review, spec: { resourceAttributes } },
    );
    return status?.allowed === true;
  }

  /** Why the API server would not create a pod with these settings, in its words; null: it would. */
  async objection({ image, volumes, serviceAccount, nodeSelector }: KubernetesSettings): Promise<string | null> {
    const named = volumes.map(({ source, path }, index) => ({
      name: `volume-${index}`,
      mount: { name: `volume-${index}`, mountPath: path },
      ...(source.type === 'claim'
        ? { persistentVolumeClaim: { claimName: source.name } }
        : { hostPath: { path: source.path } }),
    }));
    const container = { name: 'main', image, volumeMounts: named.map(({ mount }) => mount) };
    const account = serviceAccount === null ? {} : { serviceAccountName: serviceAccount };
    const spec = {
      ...{ restartPolicy: 'Never', nodeSelector, containers: [container], ...account },
      volumes: named.map(({ mount: _mount, ...volume }) => volume),
    };
    try {
      await this.#dryRun('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'coredinator-doctor' }, spec });
      return null;
    } catch (error) {
      if (error instanceof ApiError && !error.isAway) return error.message;
      throw error;
    }
  }

  /** `unknown`: this user may not read it. */
  async claim(name: string): Promise<'found' | 'missing' | 'unknown'> {
    try {
      await this.#client.get(`/api/v1/namespaces/${this.namespace}/persistentvolumeclaims/${name}`);
      return 'found';
    } catch (error) {
      if (hasStatus(error, 404)) return 'missing';
      if (hasStatus(error, 403)) return 'unknown';
      throw error;
    }
  }

  /** The clock of the API server, in whole seconds; null: it does not say. */
  async now(): Promise<number | null> {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'coredinator-doctor' } };
    const { metadata } = await this.#dryRun('configmaps', object);
    const at = Date.parse(metadata.creationTimestamp ?? '');
    return Number.isNaN(at) ? null : at;
  }

  #dryRun(collection: string, object: unknown): Promise<ApiObject> {
    return this.#client.post<ApiObject>(`/api/v1/namespaces/${this.namespace}/${collection}?dryRun=All`, object);
  }

  close(): void {
    this.#client.close();
  }
}
