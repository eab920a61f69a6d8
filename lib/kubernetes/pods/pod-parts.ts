import type { PodResources, PodSpec, VolumeSpec } from '../../model/engine.ts';
import type { LaunchId } from '../../model/values/ids.ts';
import type { LaunchRequest } from '../../ports/process-host.ts';
import type { ApiObject } from '../api/objects.ts';

/** A value that is written as it is into an object of the API. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** What the pods of a host have in common. */
export interface PodDefaults {
  readonly instance: string;
  readonly image: string;
  readonly volumes: readonly VolumeSpec[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly serviceAccount: string | null;
  /** The ConfigMap with the shim, and its architecture as Kubernetes names it. */
  readonly shim: { readonly configMap: string; readonly architecture: string };
  readonly basePath: string;
}

/** A launch as its objects need it. */
export interface PodLaunchRequest {
  readonly request: LaunchRequest;
  readonly launchId: LaunchId;
  readonly name: string;
  /** The complete environment, which is in the permit alone. */
  readonly env: Readonly<Record<string, string>>;
  /** The file of its agent, which is in the permit too; null: it has none, or a volume has it. */
  readonly config: ConfigFile | null;
}

/** A file that the host gives to a pod, at its own path. */
export interface ConfigFile {
  readonly path: string;
  readonly content: Buffer;
}

/** An object that is created. */
export interface NewObject extends ApiObject {
  readonly apiVersion: 'v1';
  readonly kind: string;
  readonly [part: string]: unknown;
}

/** The settings of one pod: each that its kind has replaces that of the engine. */
export function settingsOf(pod: PodSpec | null, defaults: PodDefaults): PodSettings {
  return {
    image: pod?.image ?? defaults.image,
    volumes: pod?.volumes ?? defaults.volumes,
    nodeSelector: pod?.nodeSelector ?? defaults.nodeSelector,
    serviceAccount: pod?.serviceAccount ?? defaults.serviceAccount,
  };
}

/** What an engine has for all pods, and a kind for its own. */
export type PodSettings = Pick<PodDefaults, 'image' | 'volumes' | 'nodeSelector' | 'serviceAccount'>;

/** Whether a volume has the file, so that pods see it at its path as it is there. */
export function isOnVolume(path: string, pod: PodSpec | null, defaults: PodDefaults): boolean {
  return settingsOf(pod, defaults).volumes.some((volume) => path.startsWith(`${volume.path.replace(/\/+$/, '')}/`));
}

/** What a pod asks for, and what it cannot exceed. */
export function resourcesOf(pod: PodSpec | null): { readonly resources?: Json } {
  if (pod === null) return {};
  return { resources: { requests: quantitiesOf(pod.requests), limits: quantitiesOf(pod.limits) } };
}

function quantitiesOf({ cpuMillis, memoryBytes }: PodResources): Json {
  return {
    ...(cpuMillis === null ? {} : { cpu: `${cpuMillis}m` }),
    ...(memoryBytes === null ? {} : { memory: String(memoryBytes) }),
  };
}

/** The volume of a pod. */
export function volumeOf({ source, isReadOnly }: VolumeSpec, index: number): Json {
  const name = `volume-${index}`;
  switch (source.type) {
    case 'claim':
      return { name, persistentVolumeClaim: { claimName: source.name, readOnly: isReadOnly } };
    case 'host_path':
      return { name, hostPath: { path: source.path } };
  }
}
