import { ONLY_HOST } from '../../support/process/accounts.ts';
import { expect } from 'chai';
import { SimulatedClock } from 'xstate';
import type { ServiceLogs } from '../../../lib/ports/service-logs.ts';
import { createProber } from '../../../lib/probe/prober.ts';
import { recordingLog } from '../../support/control/control-world.ts';
import { probeSpec, probeTarget, RecordedVerdicts } from '../../support/probe/probe-specs.ts';

describe('a probe that keeps failing', () => {
  const time = new SimulatedClock();
  let found = '';
  const logs = {
    read: () => {
      throw new Error(found);
    },
  } as unknown as ServiceLogs; // a probe only reads
  const clock = { now: () => time.now(), random: () => 0.5 };
  const prober = createProber({
    logs,
    clock,
    time,
    basePath: '/',
    log: recordingLog(),
    accounts: ONLY_HOST,
    baseEnv: {},
  });

  after(() => {
    prober.close();
  });

  async function pass(ms: number): Promise<void> {
    for (let step = 0; step < ms; step += 100) {
      time.increment(100);
      for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('keeps the last failure, and reports one below the threshold, again only for another reason', async () => {
    const missed: string[] = [];
    const observer = {
      passed: () => undefined,
      failed: () => undefined,
      missed: (reason: string) => void missed.push(reason),
    };
    found = 'database is locked';
    const spec = probeSpec({ type: 'log_line', pattern: 'ready' }, { periodMs: 1_000, failureThreshold: 100 });
    const target = probeTarget();
    const end = prober.watch(target, 'readiness', spec, observer);
    await pass(4_000);
    found = 'no answer';
    await pass(10_000);
    end();
    expect(missed).to.deep.equal(
      ['database is locked', 'no answer'].map((text) => `the output cannot be read: ${text}`),
    );
    const { serviceId, generation } = target.launch;
    const [failure, ...others] = prober.failures(serviceId);
    expect(others).to.deep.equal([]);
    expect(failure).to.include({ probe: 'readiness', generation, reason: 'the output cannot be read: no answer' });
  });

  it('reports a new reason, at most every 5 s', async () => {
    const recorded = new RecordedVerdicts();
    found = 'database is locked';
    const spec = probeSpec({ type: 'log_line', pattern: 'ready' }, { periodMs: 1_000, failureThreshold: 2 });
    prober.watch(probeTarget(), 'readiness', spec, recorded);
    await pass(10_000);
    expect(recorded.verdicts, 'the same reason once').to.deep.equal(['the output cannot be read: database is locked']);
    for (let change = 0; change < 20; change += 1) {
      found = `no answer (${change})`;
      await pass(1_000);
    }
    expect(recorded.verdicts).to.have.length.within(4, 6);
    expect(recorded.verdicts[1]).to.match(/no answer \([01]\)$/);
  });
});
