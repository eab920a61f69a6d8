import { expect } from 'chai';
import { createActor, SimulatedClock, type ActorRefFrom } from 'xstate';
import { samplerMachine } from '../../../lib/control/usage/sampler.ts';
import { parseServiceId, type ServiceId } from '../../../lib/model/values/ids.ts';
import type { TreeUsage, UsageReading } from '../../../lib/ports/process-usage.ts';
import { recordingLog } from '../../support/control/control-world.ts';
import { MemoryUsageHistory } from '../../support/store/memory-usage-history.ts';

const MINUTE = 60_000;
const PUMP = parseServiceId('pump');
const TANK = parseServiceId('tank');

function tree(cpuSeconds: number): TreeUsage {
  return { cpuSeconds, cores: 99, residentBytes: 4096, processes: 1 };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('the sampler of the resource usage', () => {
  let timers: SimulatedClock;
  let history: MemoryUsageHistory;
  let readings: number;
  /** What the processes use; null: the system does not provide it. */
  let trees: Map<ServiceId, TreeUsage> | null;
  let services: Map<ServiceId, { hasProcess: boolean }>;
  let setBy: number;
  let sampler: ActorRefFrom<typeof samplerMachine>;
  const now = (): number => 1_000 * MINUTE + 30_000 + setBy + timers.now();

  beforeEach(() => {
    timers = new SimulatedClock();
    history = new MemoryUsageHistory();
    readings = 0;
    setBy = 0;
    trees = new Map([[PUMP, tree(10)]]);
    services = new Map([
      [PUMP, { hasProcess: true }],
      [TANK, { hasProcess: false }],
    ]);
    const read = (): Promise<UsageReading | null> => {
      readings += 1;
      return Promise.resolve(trees === null ? null : { at: now(), services: trees });
    };
    const input = { usage: { read }, history, services: () => services, clock: { now }, log: recordingLog() };
    sampler = createActor(samplerMachine, { clock: timers, input });
    sampler.start();
  });
  afterEach(() => {
    sampler.stop();
  });

  async function pass(ms: number): Promise<void> {
    timers.increment(ms);
    await turns();
  }

  async function cpuOf(id: ServiceId): Promise<readonly (number | null)[]> {
    return (await history.of(id, 0, Infinity)).map(({ cpuPercent }) => cpuPercent);
  }

  it('stores at the beginning of each minute what each service uses, with the average since the minute before', async () => {
    await pass(29_000);
    expect(history.rounds).to.equal(0);
    await pass(1_000);
    trees = new Map([[PUMP, tree(16)]]);
    await pass(MINUTE);
    expect(await history.of(PUMP, 0, Infinity)).to.deep.equal([
      { at: 1_001 * MINUTE, cpuPercent: null, residentBytes: 4096 },
      { at: 1_002 * MINUTE, cpuPercent: 10, residentBytes: 4096 },
    ]);
  });

  it('reads and writes nothing while no service has a process', async () => {
    services.set(PUMP, { hasProcess: false });
    await pass(10 * MINUTE);
    for (let minute = 0; minute < 5; minute += 1) await pass(MINUTE);
    expect([readings, history.rounds]).to.deep.equal([0, 0]);
    services.set(PUMP, { hasProcess: true });
    await pass(MINUTE);
    expect([readings, history.rounds]).to.deep.equal([1, 1]);
  });

  it('knows no average of a service that the minute before had not, nor across a clock that was set', async () => {
    await pass(30_000);
    services.set(TANK, { hasProcess: true });
    trees = new Map([
      [PUMP, tree(13)],
      [TANK, tree(500)],
    ]);
    await pass(MINUTE);
    expect(await cpuOf(TANK)).to.deep.equal([null]);
    setBy = 5 * MINUTE;
    await pass(MINUTE);
    expect(await cpuOf(PUMP)).to.deep.equal([null, 5, null]);
  });

  it('takes a sample every third minute of 1,200 services with a process', async () => {
    services = new Map(
      Array.from({ length: 1_200 }, (_, index) => [parseServiceId(`s${index}`), { hasProcess: true }]),
    );
    trees = new Map([...services.keys()].map((id) => [id, tree(1)]));
    await pass(30_000);
    for (let minute = 0; minute < 8; minute += 1) await pass(MINUTE);
    expect([...history.kept.keys()].map((at) => at / MINUTE)).to.deep.equal([1_002, 1_005, 1_008]);
  });

  it('deletes the samples of a service that is gone, also of one that an earlier host has sampled', async () => {
    await history.add({
      ...{ at: 999 * MINUTE, keptSince: 0, forgotten: [] },
      samples: [{ serviceId: TANK, cpuPercent: 1, residentBytes: 1 }],
    });
    services.delete(TANK);
    await pass(30_000);
    expect(await cpuOf(TANK)).to.deep.equal([]);
    services.clear();
    trees = new Map();
    await pass(MINUTE);
    expect(await cpuOf(PUMP)).to.deep.equal([]);
    const { rounds } = history;
    await pass(MINUTE);
    expect(history.rounds).to.equal(rounds);
  });

  it('keeps a day', async () => {
    await pass(30_000);
    for (let minute = 0; minute < 1_500; minute += 1) await pass(MINUTE);
    const kept = [...history.kept.keys()];
    expect(kept).to.have.length(1_440);
    expect(kept.at(-1)! - kept[0]!).to.equal(1_439 * MINUTE);
  }).timeout(20_000);

  it('leaves out a minute that cannot be stored, and continues', async () => {
    history.nextError = new Error('SQLITE_FULL');
    await pass(30_000);
    expect(history.kept.size).to.equal(0);
    await pass(MINUTE);
    expect(await cpuOf(PUMP)).to.deep.equal([null]);
  });

  it('ends where the system does not provide the usage, and when the host does', async () => {
    trees = null;
    await pass(30_000);
    await pass(MINUTE);
    expect(readings).to.equal(1);
    expect(sampler.getSnapshot().status).to.equal('done');
  });

  it('ends with the host', async () => {
    sampler.send({ type: 'sampler.close' });
    await pass(5 * MINUTE);
    expect(readings).to.equal(0);
  });
});
