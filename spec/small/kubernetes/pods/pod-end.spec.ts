import { expect } from 'chai';
import type { Pod, TerminatedState } from '../../../../lib/kubernetes/api/objects.ts';
import { endOf, type EndedLaunch } from '../../../../lib/kubernetes/pods/pod-end.ts';
import { condition, LAUNCH_ID, podWith, recordOf } from '../../../support/kubernetes/pods.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const RUNNING: EndedLaunch = {
  launchId: LAUNCH_ID,
  executablePath: '/opt/plant/pump-1.2.3',
  cwd: '/opt/plant',
  intendedAt: NOW - 60_000,
  now: NOW,
  hasRun: true,
  isStopping: false,
};
const PENDING = { ...RUNNING, hasRun: false };
const STOPPING = { ...RUNNING, isStopping: true };
const DELETED = { deletionTimestamp: '2026-11-29T11:59:59Z', deletionGracePeriodSeconds: 7 };

function ended(state: Partial<TerminatedState>, status = {}, metadata = {}): Pod {
  return podWith({ terminated: { exitCode: 0, reason: 'Completed', ...state } }, status, metadata);
}

function exitOf(pod: Pod, launch = RUNNING): object | null {
  const end = endOf(pod, launch);
  return end?.type === 'exited' ? end.exit : null;
}

describe('the end of a pod', () => {
  describe('that the shim has recorded', () => {
    it('is exact: its code', () => {
      const message = recordOf({ code: 7, signal: null, end: NOW - 500 });
      const exit = { code: 7, signal: null, at: NOW - 500, isKnown: true, usage: { maxRss: 1, cpuMs: 2 } };
      expect(exitOf(ended({ exitCode: 7, reason: 'Error', message }))).to.deep.equal(exit);
    });

    it('is exact: a code of 143 is no signal', () => {
      const message = recordOf({ code: 143, signal: null, end: NOW });
      expect(exitOf(ended({ exitCode: 143, message }))).to.include({ code: 143, signal: null });
    });

    it('is exact: its signal', () => {
      const message = recordOf({ code: null, signal: 15, end: NOW });
      expect(exitOf(ended({ exitCode: 143, message }))).to.include({ code: null, signal: 'SIGTERM' });
    });

    it('is a refusal if its program could not be run', () => {
      const message = recordOf({ code: 127, signal: null, exec_errno: 2, step: 'exec', end: NOW });
      const end = endOf(ended({ exitCode: 127, message }), PENDING);
      expect(end?.type === 'refused' && end.failure).to.include({ code: 'ENOENT', isPermanent: true });
      expect(end?.type === 'refused' && end.failure.message).to.include('/opt/plant/pump-1.2.3');
    });

    it('is not believed of another launch', () => {
      const message = recordOf({ launch: 'b'.repeat(32), code: 7, signal: null, end: NOW });
      expect(exitOf(ended({ exitCode: 9, reason: 'Error', message }))).to.include({ code: 9 });
    });
  });

  for (const [what, at, expected] of [
    ['before the launch', NOW - 3_600_000, NOW - 60_000],
    ['after now', NOW + 3_600_000, NOW],
  ] as const) {
    it(`is not ${what}, whatever the clock of the node says`, () => {
      const message = recordOf({ code: 0, signal: null, end: at });
      expect(exitOf(ended({ message }))).to.include({ at: expected });
      expect(exitOf(ended({ finishedAt: new Date(at).toISOString() }))).to.include({ at: expected });
    });
  }

  const unknown = { code: null, signal: null, isKnown: false, isBlameless: true };
  const CASES: readonly (readonly [what: string, pod: Pod, launch: EndedLaunch, expected: object])[] = [
    [
      'an exit code without a record',
      ended({ exitCode: 3, reason: 'Error' }),
      RUNNING,
      { code: 3, signal: null, isKnown: true },
    ],
    ['129 to 192 as a signal', ended({ exitCode: 137, reason: 'Error' }), RUNNING, { code: null, signal: 'SIGKILL' }],
    ['a real 255', ended({ exitCode: 255, reason: 'Error' }), RUNNING, { code: 255, signal: null, isKnown: true }],
    [
      'out of memory, which is to blame',
      ended({ exitCode: 137, reason: 'OOMKilled' }),
      RUNNING,
      { code: null, signal: 'SIGKILL', isKnown: true, because: 'it ran out of memory' },
    ],
    [
      'a node that came back after a power failure (255 Unknown)',
      ended({ exitCode: 255, reason: 'Unknown' }),
      RUNNING,
      { ...unknown, because: 'its node was restarted' },
    ],
    [
      'a 137 that nobody saw (k8s 122932, 122160; dask 91, 603)',
      ended({
        exitCode: 137,
        reason: 'ContainerStatusUnknown',
        startedAt: '0001-01-01T00:00:00Z',
        finishedAt: '0001-01-01T00:00:00Z',
      }),
      RUNNING,
      { ...unknown, at: NOW, because: 'Kubernetes lost the state of its container' },
    ],
    [
      'an eviction with its status',
      ended({ exitCode: 137, reason: 'Error' }, { phase: 'Failed', reason: 'Evicted' }),
      RUNNING,
      { signal: 'SIGKILL', isBlameless: true, because: 'its pod was evicted' },
    ],
    [
      'an eviction without containerStatuses (k8s 105467)',
      podWith(null, { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }),
      RUNNING,
      { ...unknown, because: 'its pod was evicted' },
    ],
    [
      'a shutdown of its node',
      ended({ exitCode: 0 }, { phase: 'Failed', reason: 'NodeShutdown' }),
      RUNNING,
      { code: 0, isBlameless: true, because: 'its node was shut down' },
    ],
    [
      'a preemption that a condition tells of',
      ended({ exitCode: 143 }, { conditions: [condition('DisruptionTarget', 'True', 'PreemptionByScheduler')] }),
      RUNNING,
      { signal: 'SIGTERM', isBlameless: true, because: 'its pod was disrupted (PreemptionByScheduler)' },
    ],
    [
      'a deletion by somebody else, also with code 0 (k8s 118310)',
      ended({ exitCode: 0 }, {}, DELETED),
      RUNNING,
      { code: 0, isKnown: true, isBlameless: true, because: 'its pod was deleted' },
    ],
    [
      'a deletion that removed the state too',
      podWith(null, {}, { ...DELETED, deletionGracePeriodSeconds: 0 }),
      RUNNING,
      { ...unknown, because: 'its pod was deleted' },
    ],
  ];
  for (const [what, pod, launch, expected] of CASES) {
    it(`says of ${what} no more than is known`, () => {
      expect(exitOf(pod, launch)).to.include(expected);
    });
  }

  it('blames nobody for what the host itself ends', () => {
    const exit = exitOf(ended({ exitCode: 143 }, { phase: 'Failed', reason: 'DeadlineExceeded' }, DELETED), STOPPING);
    expect(exit).to.deep.equal({ code: null, signal: 'SIGTERM', at: NOW, isKnown: true });
  });

  for (const [message, isPermanent] of [
    ['OCI runtime create failed: exec: "/coredinator/shim": no such file or directory: unknown', true],
    ['OCI runtime create failed: chdir: permission denied', true],
    ['OCI runtime create failed: cannot allocate memory', false],
  ] as const) {
    it(`takes a StartError for a refusal: ${message}`, () => {
      const end = endOf(ended({ exitCode: 128, reason: 'StartError', message }), PENDING);
      expect(end?.type === 'refused' && end.failure).to.include({ code: 'ESTART', isPermanent });
    });
  }

  it('before its program ran is a refusal that another node may not give', () => {
    const pod = podWith(null, {
      phase: 'Failed',
      reason: 'OutOfcpu',
      message: 'Pod Node did not have enough resource: cpu',
    });
    const end = endOf(pod, PENDING);
    expect(end?.type === 'refused' && end.failure).to.include({ code: 'EPLACE', isPermanent: false });
    expect(end?.type === 'refused' && end.failure.message).to.include('did not have enough resource');
  });

  for (const [what, pod] of [
    ['while its container runs', podWith({ running: {} }, { phase: 'Running' })],
    [
      'when it has failed a second before its container ends',
      podWith({ running: {} }, { phase: 'Failed', reason: 'DeadlineExceeded' }),
    ],
    [
      'while it is deleted and its container runs',
      podWith({ running: {} }, {}, { ...DELETED, deletionGracePeriodSeconds: 0 }),
    ],
    ['while it waits', podWith({ waiting: { reason: 'ContainerCreating' } }, { phase: 'Pending' })],
    ['without any status', podWith(null, { phase: 'Pending' })],
    [
      'while its node may still start it, though it is deleted',
      podWith({ waiting: {} }, { phase: 'Pending' }, DELETED),
    ],
  ] as const) {
    it(`has not come ${what}`, () => {
      expect(endOf(pod, RUNNING)).to.equal(null);
    });
  }
});
