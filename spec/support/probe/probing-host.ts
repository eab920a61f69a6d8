import type { ServiceLogs } from '../../../lib/ports/service-logs.ts';
import { createProber } from '../../../lib/probe/prober.ts';
import { guardOf } from '../../../lib/process/launch/shim-kind.ts';
import { recordingLog } from '../control/control-world.ts';
import { ONLY_HOST } from '../process/accounts.ts';
import { probeSpec, probeTarget, RecordedVerdicts } from './probe-specs.ts';

// A host that only runs the given command as a liveness probe, until it is killed.
const command = process.argv.slice(2);
const prober = createProber({
  logs: null as unknown as ServiceLogs, // there are no log-line probes
  clock: { now: () => Date.now(), random: () => 0.5 },
  basePath: process.cwd(),
  log: recordingLog(),
  accounts: ONLY_HOST,
  execGuard: guardOf('native'),
});
const probe = probeSpec({ type: 'exec', command }, { periodMs: 600_000, timeoutMs: 600_000 });
prober.watch(probeTarget(), 'liveness', probe, new RecordedVerdicts());
process.stdin.resume();
console.log('"up"');
