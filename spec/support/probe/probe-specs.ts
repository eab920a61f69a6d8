import type { ProbeCheck, ProbeSpec } from '../../../lib/model/probe.ts';
import { HERE, type Launch } from '../../../lib/model/process.ts';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { AS_HOST } from '../../../lib/model/values/run-as.ts';
import type { ProbeObserver, ProbeTarget } from '../../../lib/ports/prober.ts';

/** A probe with a short period and thresholds of 1; `overrides` set what a spec tests. */
export function probeSpec(check: ProbeCheck, overrides: Partial<ProbeSpec> = {}): ProbeSpec {
  const thresholds = { successThreshold: 1, failureThreshold: 1 };
  return { check, initialDelayMs: 0, periodMs: 20, timeoutMs: 5_000, ...thresholds, ...overrides };
}

/** An HTTP check of a server on this machine. */
export function httpCheck(port: number, path = '/api/healthcheck'): ProbeCheck {
  return { type: 'http', host: '127.0.0.1', port, path, status: [{ from: 200, to: 399 }] };
}

/** A launch to watch. */
export function probeTarget(
  serviceId = 'pump1-corerl',
  overrides: Partial<Omit<ProbeTarget, 'launch'>> & { readonly launch?: Partial<Launch> } = {},
): ProbeTarget {
  const { launch, ...rest } = overrides;
  return {
    launch: {
      launchId: parseLaunchId('a'.repeat(32)),
      serviceId: parseServiceId(serviceId),
      generation: 1,
      pid: 4711,
      startTime: '1',
      ...HERE,
      executablePath: '/opt/program',
      version: null,
      launchedAt: 0,
      guarantees: {
        exactExit: true,
        treeComplete: true,
        losslessRotation: true,
        separateStreams: true,
        outputBuffer: null,
      },
      ...launch,
    },
    env: {},
    cwd: null,
    ...AS_HOST,
    ...rest,
  };
}

/** Records verdicts in order: `passed`, or the reason of a failure. */
export class RecordedVerdicts implements ProbeObserver {
  readonly verdicts: string[] = [];

  passed(): void {
    this.verdicts.push('passed');
  }

  failed(reason: string): void {
    this.verdicts.push(reason);
  }
}
