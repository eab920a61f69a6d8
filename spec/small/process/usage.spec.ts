import { expect } from 'chai';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import type { TreeUsage } from '../../../lib/ports/process-usage.ts';
import { unitsIn } from '../../../lib/process/usage/units.ts';
import { UsageReader, type UsedTree } from '../../../lib/process/usage/usage-reader.ts';
import type { UsageEntry } from '../../../lib/process/usage/usage-table.ts';

const PUMP = parseServiceId('pump');
const UNITS = { ticksPerSecond: 100, pageBytes: 4096 };

function entry(pid: number, overrides: Partial<UsageEntry> = {}): UsageEntry {
  const known = { pid, parent: 1, group: pid, session: pid, start: String(pid * 10), isDead: false, tag: null };
  return { ...known, ticks: 0, reapedTicks: 0, pages: 0, ...overrides };
}

/** A launch whose shim has the pid 10 times its number, and whose main process has the next pid. */
function treeOf(number: number, serviceId = PUMP): UsedTree {
  const shim = { pid: number * 10, start: String(number * 100) };
  const main = { pid: shim.pid + 1, start: String((shim.pid + 1) * 10) };
  return { launchId: parseLaunchId(String(number).repeat(32)), serviceId, shim, main, isShimShell: false };
}

/** A machine with the given processes and trees. */
class Machine {
  processes: readonly UsageEntry[] = [];
  trees: readonly UsedTree[] = [treeOf(1)];
  readings = 0;
  now = 0;
  readonly reader = new UsageReader({
    trees: () => this.trees,
    read: () => {
      this.readings += 1;
      return Promise.resolve(this.processes);
    },
    units: UNITS,
    clock: { now: () => 1_700_000_000_000 + this.now, random: () => 0.5 },
    steadyNow: () => this.now,
  });

  /** The usage of the pump in a reading 2 s after the last one. */
  async pump(...processes: readonly UsageEntry[]): Promise<TreeUsage | undefined> {
    this.now += 2_000;
    this.processes = processes;
    return (await this.reader.read()).services.get(PUMP);
  }
}

describe('the resource usage of a service', () => {
  let machine: Machine;

  beforeEach(() => {
    machine = new Machine();
  });

  const shim = entry(10, { ticks: 7, pages: 9 });

  it('is the sum over its processes, without its shim', async () => {
    const main = entry(11, { parent: 10, ticks: 150, pages: 10 });
    const child = entry(30, { parent: 11, ticks: 50, pages: 5 });
    const stranger = entry(99, { ticks: 1_000, pages: 1_000 });
    expect(await machine.pump(shim, main, child, stranger)).to.deep.equal({
      cpuSeconds: 2,
      cores: null,
      residentBytes: 15 * 4096,
      processes: 2,
    });
  });

  it('includes the time of a child that its parent has reaped', async () => {
    const main = entry(11, { parent: 10, ticks: 100 });
    await machine.pump(shim, main, entry(30, { parent: 11, ticks: 50 }));
    const after = await machine.pump(shim, { ...main, reapedTicks: 50 });
    expect(after).to.include({ cpuSeconds: 1.5, processes: 1 });
  });

  it('includes the time of what the shim has reaped', async () => {
    const main = entry(11, { parent: 10, ticks: 100 });
    await machine.pump(shim, main, entry(30, { parent: 10, ticks: 50 }));
    expect(await machine.pump({ ...shim, reapedTicks: 50 }, main)).to.include({ cpuSeconds: 1.5 });
  });

  it('includes the time of an ended process that is not reaped yet, but not the process', async () => {
    const main = entry(11, { parent: 10, ticks: 100, pages: 1 });
    const dead = entry(30, { parent: 11, ticks: 50, isDead: true });
    expect(await machine.pump(shim, main, dead)).to.include({ cpuSeconds: 1.5, processes: 1 });
  });

  it('does not fall when the time of a child is lost, and counts nothing twice when it is found again', async () => {
    const main = entry(11, { parent: 10, ticks: 100 });
    await machine.pump(shim, main, entry(30, { parent: 11, ticks: 50 }));
    expect(await machine.pump(shim, main)).to.include({ cpuSeconds: 1.5, cores: 0 });
    expect(await machine.pump(shim, { ...main, reapedTicks: 60 })).to.include({ cpuSeconds: 1.6 });
  });

  it('accumulates over launches', async () => {
    await machine.pump(shim, entry(11, { parent: 10, ticks: 100 }));
    machine.trees = [treeOf(2)];
    const next = await machine.pump(entry(20), entry(21, { parent: 20, ticks: 50 }));
    expect(next).to.include({ cpuSeconds: 1.5, cores: 0.25, processes: 1 });
  });

  it('includes remains of an earlier launch', async () => {
    machine.trees = [treeOf(1), treeOf(2)];
    const left = entry(30, { parent: 10, ticks: 50, pages: 2 });
    const main = entry(21, { parent: 20, ticks: 100, pages: 1 });
    const both = await machine.pump(shim, left, entry(20), main);
    expect(both).to.deep.equal({ cpuSeconds: 1.5, cores: null, residentBytes: 3 * 4096, processes: 2 });
  });

  it('has the number of cores that were busy since the previous reading', async () => {
    const main = entry(11, { parent: 10, ticks: 100 });
    await machine.pump(shim, main);
    expect(await machine.pump(shim, { ...main, ticks: 400 })).to.include({ cores: 1.5 });
  });

  it('is absent if none of its processes is alive', async () => {
    expect(await machine.pump(shim)).to.equal(undefined);
    expect(await machine.pump(shim, entry(11, { parent: 10, isDead: true }))).to.equal(undefined);
  });

  it('is separate for each service', async () => {
    const tank = parseServiceId('tank');
    machine.trees = [treeOf(1), treeOf(2, tank)];
    machine.now += 2_000;
    machine.processes = [shim, entry(11, { parent: 10, pages: 1 }), entry(20), entry(21, { parent: 20, pages: 2 })];
    const { services } = await machine.reader.read();
    expect(services.get(PUMP)?.residentBytes).to.equal(4096);
    expect(services.get(tank)?.residentBytes).to.equal(2 * 4096);
  });
});

describe('a reading of all processes', () => {
  it('is shared by simultaneous callers, and returned again for a second', async () => {
    const machine = new Machine();
    const [one, other] = await Promise.all([machine.reader.read(), machine.reader.read()]);
    expect(one).to.equal(other);
    machine.now += 999;
    expect(await machine.reader.read()).to.equal(one);
    machine.now += 1;
    expect(await machine.reader.read()).not.to.equal(one);
    expect(machine.readings).to.equal(2);
  });

  it('is tried again after a failed one', async () => {
    const machine = new Machine();
    const broken = new UsageReader({
      trees: () => machine.trees,
      read: () => (machine.readings++ === 0 ? Promise.reject(new Error('no descriptors')) : Promise.resolve([])),
      units: UNITS,
      clock: { now: () => 0, random: () => 0.5 },
    });
    const failed = await broken.read().then(
      () => 'read',
      () => 'failed',
    );
    expect(failed).to.equal('failed');
    expect((await broken.read()).services.size).to.equal(0);
  });
});

describe('the units of a machine', () => {
  function vector(pairs: readonly (readonly [number, number])[]): Buffer {
    const buffer = Buffer.alloc(pairs.length * 16);
    for (const [index, [key, value]] of pairs.entries()) {
      buffer.writeBigUInt64LE(BigInt(key), index * 16);
      buffer.writeBigUInt64LE(BigInt(value), index * 16 + 8);
    }
    return buffer;
  }

  it('are those from the kernel', () => {
    const reported = vector([
      [33, 0x7fff_0000_0000],
      [6, 65_536],
      [17, 250],
      [0, 0],
    ]);
    expect(unitsIn(reported, 8, true)).to.deep.equal({ ticksPerSecond: 250, pageBytes: 65_536 });
  });

  it('are read in machine words', () => {
    const narrow = Buffer.alloc(16);
    for (const [index, word] of [6, 16_384, 17, 1_024].entries()) narrow.writeUInt32BE(word, index * 4);
    expect(unitsIn(narrow, 4, false)).to.deep.equal({ ticksPerSecond: 1_024, pageBytes: 16_384 });
  });

  it('are the usual ones if the kernel provides none', () => {
    expect(unitsIn(Buffer.alloc(0), 8, true)).to.deep.equal({ ticksPerSecond: 100, pageBytes: 4096 });
  });
});
