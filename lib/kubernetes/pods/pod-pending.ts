import { transient } from '../../launching/transient-failure.ts';
import type { LaunchFailure } from '../../model/process.ts';
import type { LaunchId } from '../../model/values/ids.ts';
import type { Pod } from '../api/objects.ts';
import { containerOf } from './pod-state.ts';
import { permitName } from './names.ts';

/**
 * Why a pod does not run yet. `starting`: nothing is in its way. `hindered`: it runs as soon as something else changes, and
 * `failure` is how the launch fails if that takes too long. `hopeless`: it never will.
 */
export type Pending =
  | { readonly type: 'starting' }
  | { readonly type: 'hindered'; readonly failure: LaunchFailure }
  | { readonly type: 'hopeless'; readonly failure: LaunchFailure };

/** A registry that says so knows the image, or the credentials, and will not change its mind. */
const REFUSED_BY_REGISTRY =
  /not found|manifest unknown|name unknown|unauthorized|authentication required|access denied|insufficient_scope|no match for platform/i;
/** A registry that cannot be reached also says "not found", of its name. */
const UNREACHABLE =
  /no such host|connection refused|i\/o timeout|timeout|temporary failure|unreachable|too many requests|50\d /i;

/** The kubelet has not seen yet what the pod refers to. */
const CACHE_IS_LATE = /timed out waiting|failed to sync/i;

/** Why a pod that has not run does not; the table of pull and configuration errors. */
export function pendingOf(pod: Pod, launchId: LaunchId): Pending {
  const { reason, message = '' } = containerOf(pod)?.state?.waiting ?? {};
  const sentence = (what: string): string => `${what}: ${message === '' ? 'no reason was given' : message}`;
  switch (reason ?? '') {
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return hopeless('EIMAGE', sentence('The image cannot be used'));
    case 'ErrImagePull':
      // Final only with a word of the registry (krane 477); its back-off only repeats it (airflow 65490).
      return REFUSED_BY_REGISTRY.test(message) && !UNREACHABLE.test(message)
        ? hopeless('EIMAGE', sentence('The image cannot be pulled'))
        : hindered('EIMAGE', sentence('The image cannot be pulled now'));
    case 'ImagePullBackOff':
      return hindered('EIMAGE', sentence('The image cannot be pulled now'));
    case 'CreateContainerConfigError':
      return message.includes(permitName(launchId)) || CACHE_IS_LATE.test(message)
        ? { type: 'starting' }
        : hopeless('ECONFIG', sentence('The pod refers to what is not there'));
    case 'CreateContainerError':
    case 'RunContainerError':
      return hindered('EPLACE', sentence('The container cannot be created now'));
    default:
      return unscheduled(pod);
  }
}

function unscheduled(pod: Pod): Pending {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return { type: 'starting' };
  return hindered('EPLACE', `No node can run the pod now: ${scheduled.message ?? 'no reason was given'}`);
}

function hindered(code: string, message: string): Pending {
  return { type: 'hindered', failure: transient(code, message) };
}

function hopeless(code: string, message: string): Pending {
  return { type: 'hopeless', failure: { code, isPermanent: true, message } };
}
