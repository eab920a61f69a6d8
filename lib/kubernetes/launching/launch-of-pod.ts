import { transient } from '../../launching/transient-failure.ts';
import type { Guarantees, Launch, LaunchFailure, ProcessExit } from '../../model/process.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import type { Instant } from '../../model/values/time.ts';
import type { Pod } from '../api/objects.ts';
import type { PodEnd } from '../pods/pod-end.ts';
import { placeOf } from '../pods/pod-state.ts';
import type { LaunchSubject } from './pod-context.ts';

/** What is guaranteed for services in pods. */
export const POD_GUARANTEES: Guarantees = {
  exactExit: true,
  treeComplete: true,
  losslessRotation: false,
  separateStreams: false, // the API of Kubernetes has the output of both in one
  outputBuffer: null,
};

/** `refused`: its program never ran. `hopeless`: it never will, and its pod must still be ended. */
export type LaunchResult =
  | { readonly type: 'launched'; readonly launch: Launch }
  | { readonly type: 'refused'; readonly failure: LaunchFailure }
  | { readonly type: 'hopeless'; readonly failure: LaunchFailure };

export const STOPPED: LaunchFailure = {
  code: 'ESTOPPED',
  isPermanent: false,
  message: 'The launch was stopped before its program ran.',
};

/** The failure of a launch that the next host may make. */
export function closing(serviceId: ServiceId): LaunchFailure {
  return transient('ECLOSED', `Service "${serviceId}" cannot be launched: the host is closing.`);
}

/** The launch as it runs in a pod. */
export function launchOf(subject: LaunchSubject, pod: Pod, launchedAt: Instant): Launch {
  const { launchId, serviceId, generation, executablePath, version } = subject;
  return {
    ...{ launchId, serviceId, generation, executablePath, version, launchedAt, pid: null },
    startTime: pod.metadata.uid ?? '',
    place: placeOf(pod),
    address: pod.status?.podIP ?? '',
    guarantees: POD_GUARANTEES,
  };
}

/** The exit of a program that counted as running; if it was refused after that, the code of the shim says no more. */
export function exitOfEnd(end: PodEnd, at: Instant): ProcessExit {
  if (end.type === 'exited') return end.exit;
  return { code: 127, signal: null, at, isKnown: true, because: 'its program could not be run' };
}
