import { Health } from '../../../lib/control/health/health.ts';
import { ObservedProcessHost } from '../../../lib/control/health/observed-process-host.ts';
import { Metrics } from '../../../lib/metrics/metrics.ts';
import type { JournalEntry } from '../../../lib/model/journal.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../lib/model/values/run-as.ts';
import type { LaunchRequest } from '../../../lib/ports/process-host.ts';
import { fakeProcessHost } from '../process/fake-process-host.ts';
import { recordingLog } from './control-world.ts';
import { measuredService } from './fake-control.ts';

const AT = 1_700_000_000_000;
const PUMP = parseServiceId('pump1-corerl');

/** The exposition of a host with samples in every family, including the process metrics. */
export async function fullExposition(): Promise<string> {
  const metrics = new Metrics({ version: '1.2.3', startedAt: AT });
  await launchAndStop(metrics);
  metrics.events.published([fact(1, 'adopted'), fact(2, 'exited')]);
  metrics.store.wrote({ writer: 'command', seconds: 0.01, error: null });
  metrics.probes.checked({ probe: 'liveness', check: 'http', outcome: 'success', seconds: 0.01 });
  metrics.requests.answered({ method: 'GET', route: '/metrics', status: 200, seconds: 0.01 });
  metrics.requests.watchStreams(() => new Map([['/api/events', 1]]));
  const tree = { cpuSeconds: 1, cores: null, residentBytes: 4096, processes: 1 };
  const views = {
    agents: () => [{ id: 'pump1', state: 'running' } as const],
    services: () => [{ ...measuredService(PUMP), launchedAt: AT }],
    healthReasons: () => 0,
  };
  metrics.ready(0.5, views, { read: () => Promise.resolve({ at: AT, services: new Map([[PUMP, tree]]) }) });
  return metrics.exposition.text();
}

async function launchAndStop(metrics: Metrics): Promise<void> {
  const clock = { now: () => AT, random: () => 0.5 };
  const health = new Health(clock, recordingLog());
  const host = new ObservedProcessHost(fakeProcessHost(clock), health, metrics.processes);
  const stop = { signal: 'SIGTERM', graceMs: 0 } as const;
  const request: LaunchRequest = {
    ...{ serviceId: PUMP, agentId: null, generation: 1, executablePath: '/plant/corerl', version: null, args: [] },
    ...{ env: {}, cwd: null, stop, limits: NO_LIMITS, maxLogBytes: 1024 ** 2, output: 'separate', ...AS_HOST },
  };
  await host.survey();
  await host.launch(request);
  await host.stop(PUMP, stop);
}

function fact(seq: number, what: 'adopted' | 'exited'): JournalEntry {
  const unrelated = { agentId: null, from: null, to: null, correlationId: null };
  return {
    ...unrelated,
    seq,
    at: AT,
    type: `process.${what}`,
    serviceId: PUMP,
    cause: 'host',
    detail: { class: 'code' },
  };
}
