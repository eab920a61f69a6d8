import { expect } from 'chai';
import type { Pod } from '../../../../lib/kubernetes/api/objects.ts';
import { permitName } from '../../../../lib/kubernetes/pods/names.ts';
import { pendingOf } from '../../../../lib/kubernetes/pods/pod-pending.ts';
import { condition, LAUNCH_ID, podWith } from '../../../support/kubernetes/pods.ts';

function waiting(reason: string, message = ''): Pod {
  return podWith({ waiting: { reason, message } }, { phase: 'Pending' });
}

const PULL =
  'rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/plant/pump:1.2.3": failed to resolve reference';

describe('a pod that does not run yet', () => {
  const CASES: readonly (readonly [what: string, pod: Pod, type: string, code: string | null])[] = [
    ['is being created', waiting('ContainerCreating'), 'starting', null],
    ['has no status yet', podWith(null, { phase: 'Pending' }), 'starting', null],
    ['has an impossible image name', waiting('InvalidImageName'), 'hopeless', 'EIMAGE'],
    ['may not pull its image', waiting('ErrImageNeverPull'), 'hopeless', 'EIMAGE'],
    [
      'has an unknown tag',
      waiting('ErrImagePull', `${PULL} "docker.io/plant/pump:1.2.3": not found`),
      'hopeless',
      'EIMAGE',
    ],
    ['has an unknown manifest', waiting('ErrImagePull', 'manifest unknown'), 'hopeless', 'EIMAGE'],
    ['may not see its image', waiting('ErrImagePull', `${PULL}: unauthorized`), 'hopeless', 'EIMAGE'],
    [
      'cannot reach the registry (krane 477; k8s 96187)',
      waiting('ErrImagePull', `${PULL}: dial tcp: lookup registry.plant: no such host`),
      'hindered',
      'EIMAGE',
    ],
    ['is refused by a busy registry', waiting('ErrImagePull', `${PULL}: 429 too many requests`), 'hindered', 'EIMAGE'],
    [
      'waits for another pull, whatever that says (airflow 61778, 65490)',
      waiting('ImagePullBackOff', 'Back-off pulling image "plant/pump:1.2.3": not found'),
      'hindered',
      'EIMAGE',
    ],
    [
      'has no permit, as after a revocation',
      waiting('CreateContainerConfigError', `secret "${permitName(LAUNCH_ID)}" not found`),
      'starting',
      null,
    ],
    [
      'refers to what is not there',
      waiting('CreateContainerConfigError', 'configmap "other" not found'),
      'hopeless',
      'ECONFIG',
    ],
    [
      'waits for the cache of its kubelet',
      waiting('CreateContainerConfigError', 'failed to sync secret cache: timed out waiting for the condition'),
      'starting',
      null,
    ],
    [
      'fits no node',
      podWith(null, {
        phase: 'Pending',
        conditions: [condition('PodScheduled', 'False', 'Unschedulable', '0/3 nodes are available')],
      }),
      'hindered',
      'EPLACE',
    ],
  ];
  for (const [what, pod, type, code] of CASES) {
    it(`and ${what} is ${type}`, () => {
      const pending = pendingOf(pod, LAUNCH_ID);
      expect(pending.type).to.equal(type);
      const failure = 'failure' in pending ? pending.failure : null;
      expect(failure?.code ?? null).to.equal(code);
      if (failure !== null) expect(failure.isPermanent).to.equal(type === 'hopeless');
    });
  }
});
