import { ONLY_HOST } from '../../support/process/accounts.ts';
import { expect } from 'chai';
import { SimulatedClock } from 'xstate';
import type { ProbeSpec } from '../../../lib/model/probe.ts';
import type { Prober } from '../../../lib/ports/prober.ts';
import type { ServiceLogs } from '../../../lib/ports/service-logs.ts';
import { createProber } from '../../../lib/probe/prober.ts';
import { recordingLog } from '../../support/control/control-world.ts';
import { probeSpec, probeTarget, RecordedVerdicts } from '../../support/probe/probe-specs.ts';

const EPOCH = 1_700_000_000_000;

describe('the first check of a launch', () => {
  let time: SimulatedClock;
  let wallAhead: number;
  let prober: Prober;
  /** When each service was first checked. */
  let asked: Map<string, number>;

  beforeEach(() => {
    time = new SimulatedClock();
    wallAhead = 0;
    asked = new Map();
    const logs = {
      read: ({ serviceId }: { readonly serviceId: string }) => {
        if (!asked.has(serviceId)) asked.set(serviceId, time.now());
        throw new Error('There is no output here.');
      },
    } as unknown as ServiceLogs; // a probe only reads
    const clock = { now: () => EPOCH + time.now() + wallAhead, random: () => 0.5 };
    prober = createProber({ logs, clock, time, basePath: '/', log: recordingLog(), accounts: ONLY_HOST, baseEnv: {} });
  });

  afterEach(() => {
    prober.close();
  });

  function watch(serviceId: string, launchedAt: number, probe: Partial<ProbeSpec> = {}): void {
    const spec = probeSpec({ type: 'log_line', pattern: 'ready' }, { periodMs: 10_000, ...probe });
    prober.watch(
      probeTarget(serviceId, { launch: { launchedAt: EPOCH + launchedAt } }),
      'startup',
      spec,
      new RecordedVerdicts(),
    );
  }

  async function pass(ms: number): Promise<void> {
    for (let step = 0; step <= ms; step += 10) {
      time.increment(step === 0 ? 0 : 10);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('is made when the initial delay since the launch is over', async () => {
    watch('pump', 0, { initialDelayMs: 500 });
    await pass(1_000);
    expect(asked.get('pump')).to.equal(500);
  });

  it('is made at once if there is no initial delay', async () => {
    watch('pump', 0);
    await pass(0);
    expect(asked.get('pump')).to.equal(0);
  });

  it('waits for the rest of the initial delay of an adopted launch', async () => {
    watch('pump', -400, { initialDelayMs: 500 });
    await pass(300);
    expect(asked.get('pump')).to.equal(100);
  });

  it('waits no longer than the initial delay if the wall clock was set back', async () => {
    wallAhead = -3_600_000;
    watch('pump', 0, { initialDelayMs: 500 });
    await pass(1_000);
    expect(asked.get('pump')).to.equal(500);
  });

  it('is spread out, but made soon, for a thousand adopted launches', async () => {
    for (let index = 0; index < 1_000; index += 1) watch(`pump${index}`, -60_000);
    await pass(3_000);
    expect(asked.size).to.equal(1_000);
    const times = [...asked.values()];
    expect(Math.max(...times)).to.be.within(1_000, 3_000);
    const busiest = Math.max(...new Set(times.map((at) => times.filter((other) => other === at).length)));
    expect(busiest).to.be.at.most(10);
  });
});
