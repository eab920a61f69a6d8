import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseLaunchId, parseServiceId } from '../../../../lib/model/values/ids.ts';
import type { ProcessHost } from '../../../../lib/ports/process-host.ts';
import { eventually } from '../../../support/eventually.ts';
import { isAlive } from '../../../support/process/alive.ts';
import { LocalProcessWorld } from '../../../support/process/local-process-world.ts';
import { isNativeShimBuilt } from '../../../support/process/shim-driver.ts';
import { writtenOutput } from '../../../support/process/written-output.ts';
import { launchAgain, type MadeLaunch } from '../../../support/store/kept-launches.ts';

const LAUNCH = parseLaunchId('a'.repeat(32));
const PUMP = parseServiceId('pump');
const SCRIPT = 'trap "echo stopped; exit 5" TERM; echo up; while :; do sleep 0.05; done';

describe('a launch of 0.1.0, under a shim of launch protocol 1', function () {
  this.timeout(30_000);
  let world: LocalProcessWorld;
  let host: ProcessHost;
  let made: MadeLaunch;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  beforeEach(async () => {
    world = new LocalProcessWorld('native');
    const run = join(world.stateDir, 'run', LAUNCH);
    mkdirSync(run, { recursive: true, mode: 0o700 });
    const request = { launch: LAUNCH, service: PUMP, generation: 1, signal: 'SIGTERM', grace: 5_000 };
    writeFileSync(join(run, 'request'), `${JSON.stringify(request)}\n`);
    const what = { launchId: LAUNCH, service: PUMP, generation: 1, command: ['/bin/sh', '-c', SCRIPT], env: {} };
    const live = { ...what, stop: { signal: 'SIGTERM', graceMs: 5_000 } as const, isShimAlive: true };
    const place = { basePath: world.folder, stateDir: world.stateDir, instance: 'i' };
    made = (await launchAgain([live], place)).get(LAUNCH)!;
    await arrives('up\n');
    const { pid, start } = made.main;
    await world.ledger.intend({
      ...{ launchId: LAUNCH, serviceId: PUMP, generation: 1, state: 'running', shim: 'native', version: null },
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      ...{ executablePath: '/bin/sh', intendedAt: 0, pid, startTime: start, place: null, exit: null },
    });
    host = await world.open();
    await host.survey();
  });

  afterEach(() => world.dispose());

  function arrives(text: string): Promise<void> {
    return eventually(() => {
      expect(writtenOutput(join(world.stateDir, 'logs', 'pump'), 1, 'stdout')).to.equal(text);
    });
  }

  it('is adopted, and stopped by its shim, with its exact end', async () => {
    expect(host.status(PUMP)).to.include({ status: 'alive' });
    expect(await host.stop(PUMP, { signal: 'SIGTERM', graceMs: 5_000 })).to.include({ code: 5, isKnown: true });
    await arrives('up\nstopped\n');
    await eventually(() => expect(world.list('run')).to.deep.equal([]));
  });

  it('is stopped without its shim as well', async () => {
    process.kill(made.shim.pid, 'SIGKILL');
    await eventually(() => expect(host.live()[0]?.guarantees.exactExit).to.equal(false));
    await host.stop(PUMP, { signal: 'SIGTERM', graceMs: 5_000 });
    expect(isAlive(made.main.pid)).to.equal(false);
    await arrives('up\nstopped\n');
    await eventually(() => expect(world.list('run')).to.deep.equal([]));
  });
});
