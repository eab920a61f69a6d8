import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessExit } from '../../../../lib/model/process.ts';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import { readShimClaim } from '../../../../lib/process/files/launch-files.ts';
import { layoutOf } from '../../../../lib/process/files/layout.ts';
import { bestShimKind } from '../../../../lib/process/launch/shim-kind.ts';
import type { ProcessHost } from '../../../../lib/ports/process-host.ts';
import { eventually } from '../../../support/eventually.ts';
import { isAlive } from '../../../support/process/alive.ts';
import { LocalProcessWorld } from '../../../support/process/local-process-world.ts';
import { localLaunchBy, type LocalLaunch } from '../../../support/process/local-launch.ts';

const PUMP = parseServiceId('pump');
/** No process has it: the highest pid of Linux is 4194304. */
const UNSEEN = { pid: 4_194_305, start: '1' };
/** Every main process is looked at within 2 s. */
const LOOKED_AT_MS = 2_500;

describe('a host that sees no pid of what it adopts, as in another PID namespace', function () {
  this.timeout(30_000);
  let world: LocalProcessWorld;
  let host: ProcessHost;
  let pump: LocalLaunch;

  beforeEach(async function () {
    if (process.platform !== 'linux' || bestShimKind() !== 'native') this.skip();
    world = new LocalProcessWorld('native');
    const first = await world.open();
    pump = localLaunchBy(await first.launch(world.request(PUMP, 1)));
    await eventually(() => {
      expect(world.ledger.entries.get(pump.launchId)?.state).to.equal('running');
    });
    await world.close(first);
    renumber();
    host = await world.open();
    await host.survey();
    await pause(LOOKED_AT_MS);
  });

  afterEach(() => world.dispose());

  /** Gives shim and process other pids in all records. */
  function renumber(): void {
    const { launchId } = pump;
    const { boot } = readShimClaim(layoutOf(world.stateDir), launchId)!;
    const write = (name: string, fields: object): void => {
      writeFileSync(
        join(world.stateDir, 'run', launchId, name),
        `${JSON.stringify({ launch: launchId, ...fields })}\n`,
      );
    };
    write('claim', { protocol: 1, owner: 'shim', shim: 'native', boot, ...UNSEEN });
    write('pid', UNSEEN);
    const entry = world.ledger.entries.get(launchId)!;
    world.ledger.put({ ...entry, pid: UNSEEN.pid, startTime: UNSEEN.start });
  }

  it('knows by the pipe of its shim that a process lives, launches nothing beside it, and tells its exit', async () => {
    expect(host.status(PUMP)).to.include({ status: 'alive', generation: 1 });
    const second = await host.launch(world.request(PUMP, 2));
    expect(second.type === 'refused' && second.failure.code).to.equal('EALIVE');
    const exit = new Promise<ProcessExit>((exited) => host.observe(pump.launchId, { exited }));
    world.exit(pump, 7);
    expect(await exit).to.include({ code: 7, isKnown: true });
  });

  it('stops it', async () => {
    const exit = await host.stop(PUMP, { signal: 'SIGTERM', graceMs: 1_000 });
    expect(exit).to.include({ isKnown: true });
    expect(isAlive(pump.pid)).to.equal(false);
  });
});
