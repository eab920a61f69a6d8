import { expect } from 'chai';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessExit, LocalShimKind } from '../../../lib/model/process.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { ProcessHost } from '../../../lib/ports/process-host.ts';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/process/alive.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { localLaunchBy, type LocalLaunch } from '../../support/process/local-launch.ts';

const PUMP = parseServiceId('pump');

describe('a shim that is stopped when its main process ends', function () {
  this.timeout(30_000);
  const kinds: LocalShimKind[] = bestShimKind() === 'native' ? ['native', 'sh'] : ['sh'];
  let world: LocalProcessWorld;
  let host: ProcessHost;

  before(function () {
    if (process.platform !== 'linux') this.skip(); // elsewhere it cannot be seen that it is stopped
  });

  afterEach(() => world.dispose());

  async function begin(
    kind: LocalShimKind,
  ): Promise<{ launch: LocalLaunch; shim: number; exit: Promise<ProcessExit> }> {
    world = new LocalProcessWorld(kind);
    host = await world.open();
    const launch = localLaunchBy(await host.launch(world.request(PUMP, 1)));
    const claim = readFileSync(join(world.stateDir, 'run', launch.launchId, 'claim'), 'utf8');
    const { pid: shim } = JSON.parse(claim) as { pid: number };
    const exit = new Promise<ProcessExit>((exited) => host.observe(launch.launchId, { exited }));
    return { launch, shim, exit };
  }

  for (const kind of kinds) {
    it(`${kind}: is continued, and tells how it ended`, async () => {
      const { launch, shim, exit } = await begin(kind);
      process.kill(shim, 'SIGSTOP');
      world.exit(launch, 7);
      expect(await exit).to.include({ code: 7, isKnown: true });
      expect(world.worries.map(({ message }) => message).join()).to.include('its shim is stopped (SIGSTOP)');
    });
  }

  it('is killed when that does not help, and the end is told as unknown', async () => {
    const { launch, shim, exit } = await begin(kinds[0]!);
    process.kill(shim, 'SIGSTOP');
    const stopAgain = setInterval(() => {
      if (isAlive(shim)) process.kill(shim, 'SIGSTOP');
    }, 1);
    try {
      process.kill(launch.pid, 'SIGKILL');
      const { isKnown } = await exit;
      if (isKnown) return; // it was faster than the signal that stops it
      await eventually(() => expect(isAlive(shim)).to.equal(false)); // its pipe is closed before it is over
      expect(host.live()).to.be.empty;
      expect(host.problems()).to.be.empty;
    } finally {
      clearInterval(stopAgain);
    }
  });

  it('that cannot be killed is a problem until it has left, and nothing is launched beside it', async function () {
    const group = `/sys/fs/cgroup/freezer/specs-${process.pid}`; // what is frozen there dies when it is thawed
    try {
      mkdirSync(group);
    } catch {
      this.skip(); // no such control groups, or not ours to make
    }
    const { launch, shim, exit } = await begin(kinds[0]!);
    try {
      writeFileSync(join(group, 'cgroup.procs'), String(shim));
      writeFileSync(join(group, 'freezer.state'), 'FROZEN');
      process.kill(launch.pid, 'SIGKILL');
      expect(await exit).to.include({ code: null, signal: null, isKnown: false });
      expect(isAlive(shim)).to.equal(true);
      expect(host.problems().join()).to.include(
        `The shim of the service "pump" (pid ${shim}) can be neither woken nor killed`,
      );
      const second = await host.launch(world.request(PUMP, 2));
      expect(second.type === 'refused' && second.failure).to.include({ code: 'ESHIM', isPermanent: false });
    } finally {
      writeFileSync(join(group, 'freezer.state'), 'THAWED');
    }
    await eventually(() => expect(host.problems()).to.be.empty);
    localLaunchBy(await host.launch(world.request(PUMP, 3)));
    await eventually(() => {
      rmdirSync(group);
    });
  });
});
