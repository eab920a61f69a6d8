import { expect } from 'chai';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import type { TreeUsage } from '../../../../lib/ports/process-usage.ts';
import type { LocalHost } from '../../../../lib/process/local-process-host.ts';
import { bestShimKind } from '../../../../lib/process/launch/shim-kind.ts';
import { procStat, type Identity } from '../../../../lib/process/os/process-identity.ts';
import { tagOf } from '../../../../lib/process/os/process-table.ts';
import { machineUnits } from '../../../../lib/process/usage/units.ts';
import { UsageTable } from '../../../../lib/process/usage/usage-table.ts';
import { eventually } from '../../../support/eventually.ts';
import { LocalProcessWorld } from '../../../support/process/local-process-world.ts';
import { launchedBy } from '../../../support/process/launched-by.ts';

const PUMP = parseServiceId('pump');
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;
const PATIENCE_MS = 15_000;

describe('the resource usage of the trees of a local process host', function () {
  this.timeout(30_000);
  let world: LocalProcessWorld;
  let host: LocalHost;

  before(function () {
    if (process.platform !== 'linux') this.skip(); // it reads /proc
  });

  beforeEach(async () => {
    world = new LocalProcessWorld(bestShimKind());
    host = await world.open();
    await host.survey();
  });

  afterEach(() => world.dispose());

  /** Waits for a matching reading of the pump. */
  function seen(isWanted: (usage: TreeUsage) => void): Promise<TreeUsage> {
    return eventually(async () => {
      const usage = (await host.usage.read())?.services.get(PUMP);
      if (usage === undefined) throw new Error('the pump has no processes');
      isWanted(usage);
      return usage;
    }, PATIENCE_MS);
  }

  async function launch(generation: number, body: string): Promise<void> {
    const request = world.request(PUMP, generation, { executablePath: world.script(body) });
    launchedBy(await host.launch(request));
  }

  it('includes daemons and grandchildren in other sessions', async () => {
    await launch(1, 'setsid sleep 1000 &\n(sleep 1000 &) &\nexec sleep 1000');
    const { residentBytes } = await seen(({ processes }) => {
      expect(processes).to.equal(3);
    });
    expect(residentBytes).to.be.greaterThan(0);
  });

  it('includes the processor time of ended processes, also over launches', async () => {
    const isOver = join(world.folder, 'over');
    const burn = "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'";
    await launch(1, `${burn}\n: >"${isOver}"\nexec sleep 1000`);
    await eventually(() => {
      expect(existsSync(isOver)).to.equal(true);
    }, PATIENCE_MS);
    const { cpuSeconds } = await seen(({ cpuSeconds: used, processes }) => {
      expect(processes).to.equal(1);
      expect(used).to.be.greaterThan(0);
    });
    await host.stop(PUMP, STOP);
    await launch(2, 'exec sleep 1000');
    await seen(({ cpuSeconds: after }) => {
      expect(after).to.be.at.least(cpuSeconds);
    });
  });

  it('is measured again by a host that has adopted them', async () => {
    await launch(1, 'exec sleep 1000');
    await world.close(host);
    host = await world.open();
    await host.survey();
    await seen(({ processes }) => {
      expect(processes).to.equal(1);
    });
  });

  it('is counted in the units of this machine', () => {
    const asked = (name: string): number => Number(execFileSync('getconf', [name], { encoding: 'utf8' }));
    expect(machineUnits()).to.deep.equal({ ticksPerSecond: asked('CLK_TCK'), pageBytes: asked('PAGESIZE') });
  });

  it('is read without the environments of main processes and shims, which their trees know', async () => {
    const [shim, main, other] = ['shim', 'main', 'other'].map(
      () => spawn('sleep', ['1000'], { stdio: 'ignore' }).pid ?? 0,
    );
    try {
      const identityOf = (pid = 0): Identity => ({ pid, start: procStat(pid)?.start ?? '' });
      const tree = { launchId: '1'.repeat(32), main: identityOf(main), shim: identityOf(shim), isShimShell: false };
      const read: number[] = [];
      const table = new UsageTable(
        () => [tree],
        (pid) => {
          read.push(pid);
          return null;
        },
      );
      for (let time = 0; time < 2; time += 1) {
        const entries = new Map((await table.read()).map((entry) => [entry.pid, entry]));
        expect([main, shim, other].map((pid = 0) => entries.get(pid)?.tag)).to.deep.equal([tree.launchId, null, null]);
      }
      expect(read.filter((pid) => [main, shim, other].includes(pid))).to.deep.equal([other]);
      tree.main = { ...tree.main, start: '1' }; // another process with the same pid
      const entries = await new UsageTable(() => [tree], tagOf).read();
      expect(entries.find(({ pid }) => pid === main)?.tag).to.equal(null);
    } finally {
      for (const pid of [shim, main, other]) if (pid !== undefined) process.kill(pid, 'SIGKILL');
    }
  });
});
