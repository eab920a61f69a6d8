import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { LocalShimKind } from '../../../lib/model/process.ts';
import type { ProcessHost } from '../../../lib/ports/process-host.ts';
import { procStat } from '../../../lib/process/os/process-identity.ts';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import { isAlive } from '../../support/process/alive.ts';
import { eventually } from '../../support/eventually.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { localLaunchBy, type LocalLaunch } from '../../support/process/local-launch.ts';

const PUMP = parseServiceId('pump');

describe('a local process host after a reboot', function () {
  this.timeout(20_000);
  const kinds: LocalShimKind[] = bestShimKind() === 'native' ? ['native', 'node', 'sh'] : ['node', 'sh'];
  let world: LocalProcessWorld;

  before(function () {
    if (process.platform !== 'linux') this.skip(); // elsewhere boots cannot be told apart
  });

  afterEach(() => world.dispose());

  /** A running service whose host and processes all end at once, as in a power cut. */
  async function cutOff(kind: LocalShimKind): Promise<LocalLaunch> {
    world = new LocalProcessWorld(kind);
    const first = await world.open();
    const launch = localLaunchBy(await first.launch(world.request(PUMP, 1)));
    await eventually(() => expect(world.ledger.entries.get(launch.launchId)?.state).to.equal('running'));
    await world.close(first);
    const claim = readFileSync(join(world.stateDir, 'run', launch.launchId, 'claim'), 'utf8');
    const pids = [(JSON.parse(claim) as { pid: number }).pid, launch.pid];
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await eventually(() => expect(pids.filter(isAlive)).to.be.empty);
    return launch;
  }

  async function reboot(): Promise<ProcessHost> {
    const host = await world.open({ bootId: 'another-boot' });
    await host.survey();
    return host;
  }

  for (const kind of kinds) {
    it(`${kind}: knows that the process ended with the reboot, and launches the next generation`, async () => {
      const { launchId } = await cutOff(kind);
      const host = await reboot();
      const status = host.status(PUMP);
      expect(status).to.include({ status: 'exited', generation: 1, launchId });
      expect(status?.status === 'exited' && status.exit).to.include({
        code: null,
        isKnown: false,
        isBlameless: true,
        because: 'the machine was rebooted',
      });
      expect(host.orphans()).to.be.empty;
      await eventually(() => expect(world.ledger.entries.get(launchId)?.state).to.equal('exited'));
      expect(localLaunchBy(await host.launch(world.request(PUMP, 2))).generation).to.equal(2);
      await eventually(() => expect(world.list('run')).not.to.include(launchId));
    });
  }

  it('says so again if the host was killed before it could act on it', async () => {
    const { launchId } = await cutOff(kinds[0]!);
    const host = await reboot();
    await eventually(() => expect(world.ledger.entries.get(launchId)?.state).to.equal('exited'));
    await world.close(host);
    const status = (await reboot()).status(PUMP);
    expect(status?.status === 'exited' && status.exit.isBlameless).to.equal(true);
  });

  it('does not adopt a process with the same pid and start time', async () => {
    const { launchId } = await cutOff(kinds[0]!);
    const self = { pid: process.pid, startTime: procStat(process.pid)?.start ?? null };
    world.ledger.put({ ...world.ledger.entries.get(launchId)!, ...self });
    const host = await reboot();
    expect(host.status(PUMP)).to.include({ status: 'exited' });
    expect(host.live()).to.be.empty;
  });
});
