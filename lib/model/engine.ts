import type { Millis } from './values/time.ts';

/**
 * The engines that a host can run its services with. `local`: as processes of the machine of the host. `kubernetes`: each in
 * a pod of a cluster.
 */
export const ENGINES = ['local', 'kubernetes'] as const;

/** What makes the processes of services. */
export type EngineName = (typeof ENGINES)[number];

/** Files that pods see at the same path as the host. */
export interface VolumeSpec {
  readonly path: string;
  readonly isReadOnly: boolean;
  /** `claim`: the name of a PersistentVolumeClaim. `host_path`: a folder of each node. */
  readonly source:
    | { readonly type: 'claim'; readonly name: string }
    | { readonly type: 'host_path'; readonly path: string };
}

/** Processor and memory of a pod; null: none is named. */
export interface PodResources {
  /** In thousandths of a processor. */
  readonly cpuMillis: number | null;
  readonly memoryBytes: number | null;
}

/** What a service has in its pods that is not as the engine has it for all; null: as for all. Plain JSON. */
export interface PodSpec {
  readonly image: string | null;
  readonly volumes: readonly VolumeSpec[] | null;
  readonly nodeSelector: Readonly<Record<string, string>> | null;
  readonly serviceAccount: string | null;
  /** What a node must have free for it. */
  readonly requests: PodResources;
  /** What it cannot exceed. */
  readonly limits: PodResources;
}

/** How many requests a second an API server gets in the long run, unless the configuration says otherwise. */
export const REQUESTS_PER_SECOND = 20;

/** How a host runs its services in a Kubernetes cluster. */
export interface KubernetesSettings {
  /** The kubeconfig; null: as kubectl finds it, and in a cluster the service account of the host. */
  readonly kubeconfig: string | null;
  /** Null: the current context of the kubeconfig. */
  readonly context: string | null;
  /** Null: that of the context, or `default`. */
  readonly namespace: string | null;
  readonly image: string;
  readonly volumes: readonly VolumeSpec[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** The service account of the pods; null: none, so that they have no token. */
  readonly serviceAccount: string | null;
  /** How long a pod may take until its program runs. */
  readonly launchTimeoutMs: Millis;
  /** How many requests a second the API server gets in the long run. */
  readonly requestsPerSecond: number;
}

/** The engine of a host with its settings. */
export type EngineSettings =
  | { readonly type: 'local' }
  | { readonly type: 'kubernetes'; readonly kubernetes: KubernetesSettings };
