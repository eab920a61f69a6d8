import type { Situation } from '../../../lib/model/explain/situation.ts';
import { EMPTY_BUDGET } from '../../../lib/model/policy/restart.ts';
import { HERE, type Launch } from '../../../lib/model/process.ts';
import { parseLaunchId } from '../../../lib/model/values/ids.ts';
import { serviceSpec } from './specs.ts';

/** The current time of every situation. */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A live process of `pump1-corerl`. */
export const LAUNCH: Launch = {
  launchId: parseLaunchId('a'.repeat(32)),
  ...{ serviceId: serviceSpec('pump1-corerl').id, generation: 3, pid: 4711, startTime: '1', ...HERE },
  ...{ executablePath: '/plant/corerl-1.2.3', version: '1.2.3', launchedAt: NOW - 3_000 },
  guarantees: {
    exactExit: true,
    treeComplete: true,
    losslessRotation: true,
    separateStreams: true,
    outputBuffer: null,
  },
};

/** `pump1-corerl`, running for 3 s as its agent intends; `overrides` are what a spec tests. */
export function situation(overrides: Partial<Situation> = {}): Situation {
  return {
    spec: serviceSpec('pump1-corerl', { agentId: 'pump1' }),
    ...{ state: 'running', substate: 'ready', intended: 'running', holders: ['agent:pump1'], isStandalone: false },
    ...{ generation: 3, launch: LAUNCH, doubt: null, isAdopted: false, isDrifted: false, pin: null },
    executable: { path: '/plant/corerl-1.2.3', version: '1.2.3', fingerprint: 'a' },
    ...{ afterStop: null, fallback: null, fallbackReason: null, attempt: 'first', budget: EMPTY_BUDGET, awaits: [] },
    ...{ since: NOW - 3_000, startedAt: NOW - 3_000, deadlineAt: null, reason: null },
    ...overrides,
  };
}
