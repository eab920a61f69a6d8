import { expect } from 'chai';
import { type UsageSources } from '../../../../lib/control/host-ports.ts';
import { usageView } from '../../../../lib/control/queries/usage.ts';
import { ServiceNotFoundError } from '../../../../lib/model/errors.ts';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import type { TreeUsage } from '../../../../lib/ports/process-usage.ts';
import { rejection } from '../../../support/rejection.ts';
import { MemoryUsageHistory } from '../../../support/store/memory-usage-history.ts';
import { NO_USAGE } from '../../../support/control/no-usage.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';

const AT = Date.parse('2026-01-02T03:04:05.678Z');
const PUMP = parseServiceId('pump');
const TANK = parseServiceId('tank');

function tree(overrides: Partial<TreeUsage> = {}): TreeUsage {
  return { cpuSeconds: 1.23456, cores: null, residentBytes: 4096, processes: 2, ...overrides };
}

describe('what host and services use', () => {
  const services = new Map([
    [TANK, tree({ cores: 1.5 })],
    [PUMP, tree()],
    [parseServiceId('forgotten'), tree()],
  ]);
  const sources: UsageSources = {
    history: NO_USAGE.history,
    usage: { read: () => Promise.resolve({ at: AT, services }) },
    vitals: {
      read: () => ({
        ...{ cpuSeconds: 12.5, cores: 0.0123456, residentBytes: 8192 },
        loopLag: { meanMs: 0.25, p99Ms: 1, maxMs: 12.3456 },
      }),
    },
  };

  it('gets the known services with a process, in the order of the services', async () => {
    const view = await usageView(
      sources,
      () => [PUMP, parseServiceId('stopped'), TANK],
      () => 0,
    );
    expect(view).to.deep.equal({
      at: '2026-01-02T03:04:05.678Z',
      supported: true,
      services: [
        { id: 'pump', cpu_seconds: 1.235, cpu_percent: null, rss_bytes: 4096, processes: 2 },
        { id: 'tank', cpu_seconds: 1.235, cpu_percent: 150, rss_bytes: 4096, processes: 2 },
      ],
      host: {
        cpu_seconds: 12.5,
        cpu_percent: 1.235,
        rss_bytes: 8192,
        event_loop_lag_ms: { mean: 0.25, p99: 1, max: 12.346 },
      },
    });
  });

  it('omits the services if the system does not provide their usage', async () => {
    const world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass();
    const { supported, services: told, host } = await world.control.queries.usage();
    expect([supported, told]).to.deep.equal([false, []]);
    expect(host).to.deep.include({ cpu_percent: null, event_loop_lag_ms: null });
  });
});

describe('what a service has used', () => {
  it('is sampled once a minute while the host runs, and is still there after its death', async () => {
    const world = new ControlWorld();
    const history = new MemoryUsageHistory();
    const corerl = parseServiceId('pump1-corerl');
    const read = () => Promise.resolve({ at: world.clock.now(), services: new Map([[corerl, tree()]]) });
    world.usage = { ...NO_USAGE, history, usage: { read } };
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass();
    await world.pass(60_000);
    expect(history.rounds).to.equal(1);
    world.kill();
    await world.boot();
    const { samples } = await world.control.queries.serviceUsage(corerl, 0, Infinity);
    expect(samples.map((sample) => [sample.cpu_percent, sample.rss_bytes])).to.deep.equal([[null, 4096]]);
    await world.control.close('detach');
    await world.pass(60_000);
    expect(history.rounds).to.equal(1);
    const refusal = await rejection(world.control.queries.serviceUsage('unknown', 0, Infinity));
    expect(refusal).to.be.instanceOf(ServiceNotFoundError);
  });
});
