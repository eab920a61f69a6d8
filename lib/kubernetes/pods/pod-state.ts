import { parseLaunchId, parseServiceId, type LaunchId, type ServiceId } from '../../model/values/ids.ts';
import type { ContainerStatus, Pod, TerminatedState } from '../api/objects.ts';
import { DEFAULT_LOGS } from '../../model/spec.ts';
import { ANNOTATIONS, CONTAINER, FINALIZER } from './names.ts';

/** What a pod of ours says of the launch that it was made for. */
export interface PodOwner {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly executablePath: string;
  readonly version: string | null;
}

/** The launch of a pod; null: its annotations were not written by a host, or were changed. */
export function ownerOf({ metadata: { annotations = {} } }: Pod): PodOwner | null {
  const generation = Number(annotations[ANNOTATIONS.generation]);
  if (!Number.isSafeInteger(generation) || generation < 1) return null;
  try {
    return {
      launchId: parseLaunchId(annotations[ANNOTATIONS.launch] ?? ''),
      serviceId: parseServiceId(annotations[ANNOTATIONS.service] ?? ''),
      generation,
      executablePath: annotations[ANNOTATIONS.executable] ?? '',
      version: annotations[ANNOTATIONS.version] ?? null,
    };
  } catch {
    return null;
  }
}

/** How many bytes of its output are kept, whichever host launched it. */
export function maxLogBytesOf({ metadata: { annotations = {} } }: Pod): number {
  const bytes = Number(annotations[ANNOTATIONS.maxLogBytes]);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : DEFAULT_LOGS.maxBytes;
}

export function containerOf(pod: Pod): ContainerStatus | null {
  return pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER) ?? null;
}

export function isRunning(pod: Pod): boolean {
  return containerOf(pod)?.state?.running !== undefined;
}

export function terminatedOf(pod: Pod): TerminatedState | null {
  return containerOf(pod)?.state?.terminated ?? null;
}

/** Nothing of it runs, and nothing will: `Failed` alone comes a second before the end, and only the container says that. */
export function isOver(pod: Pod): boolean {
  if (terminatedOf(pod) !== null) return true;
  if (isRunning(pod)) return false;
  const { phase } = pod.status ?? {};
  return phase === 'Failed' || phase === 'Succeeded' || isDropped(pod);
}

/** It was deleted before any node got it, or its node has said that nothing of it is left. */
function isDropped({ spec, metadata }: Pod): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  return spec?.nodeName === undefined || metadata.deletionGracePeriodSeconds === 0;
}

export function isDeleted({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Where our finalizer is in the list; -1: it has been removed. */
export function finalizerIndex({ metadata }: Pod): number {
  return metadata.finalizers?.indexOf(FINALIZER) ?? -1;
}

/** The pod as messages name it. */
export function placeOf({ metadata, spec }: Pod): string {
  const { nodeName } = spec ?? {};
  return nodeName === undefined ? `pod ${metadata.name}` : `pod ${metadata.name} on node ${nodeName}`;
}
