import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { ProcessHost } from '../../../lib/ports/process-host.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/process/alive.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { localLaunchBy, type LocalLaunch } from '../../support/process/local-launch.ts';
import { isNativeShimBuilt } from '../../support/process/shim-driver.ts';
import { writtenOutput } from '../../support/process/written-output.ts';

const PUMP = parseServiceId('pump');

function wordsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it has ended
  }
}

describe('the output of a service whose shim was killed', function () {
  this.timeout(30_000);
  let world: LocalProcessWorld;
  let host: ProcessHost;
  let launch: LocalLaunch;
  let orders: number;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  beforeEach(async () => {
    world = new LocalProcessWorld('native');
    host = await world.open();
    const file = join(world.folder, 'orders');
    execFileSync('mkfifo', [file]);
    orders = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
    const executablePath = world.script('exec 3<>"$1"; echo up; while read -r command <&3; do eval "$command"; done');
    const settings = { executablePath, args: [file], maxLogBytes: 64 * 1024 ** 2 };
    launch = localLaunchBy(await host.launch(world.request(PUMP, 1, settings)));
    await arrives('up\n');
  });

  afterEach(async () => {
    await world.dispose();
    closeSync(orders);
  });

  function order(command: string): void {
    writeSync(orders, `${command}\n`);
  }

  function arrives(text: string): Promise<void> {
    return eventually(() => {
      expect(writtenOutput(join(world.stateDir, 'logs', 'pump'), 1, 'stdout')).to.equal(text);
    });
  }

  function pidIn(name: string): number {
    return (JSON.parse(readFileSync(join(world.stateDir, 'run', launch.launchId, name), 'utf8')) as { pid: number })
      .pid;
  }

  /** The reader that was started in place of the shim; 0: there is none. */
  function readerPid(): number {
    const folder = join(world.stateDir, 'run', launch.launchId);
    const isReader = (pid: string): boolean => wordsOf(pid).slice(1, 3).join() === `reader,${folder}`;
    return Number(readdirSync('/proc').find((name) => /^\d+$/.test(name) && isReader(name)) ?? 0);
  }

  it('is read on at once, and again when its reader is killed', async () => {
    process.kill(pidIn('claim'), 'SIGKILL');
    order('echo one');
    await arrives('up\none\n');
    for (const text of ['two', 'three']) {
      const reader = readerPid();
      expect(reader).to.be.greaterThan(0);
      process.kill(reader, 'SIGKILL');
      order(`echo ${text}`);
      await eventually(() => expect(readerPid()).to.be.greaterThan(0).and.not.equal(reader));
    }
    await arrives('up\none\ntwo\nthree\n');
    const reader = readerPid();
    order('exit 0');
    await eventually(() => expect(isAlive(reader)).to.equal(false));
    await eventually(() => expect(world.list('run')).to.deep.equal([]));
  });

  it('is read on by the next host if it was killed while there was none', async () => {
    await world.close(host);
    process.kill(pidIn('claim'), 'SIGKILL');
    order('seq 1 200000 && echo written'); // more than a pipe holds: it waits, and gets no SIGPIPE
    host = await world.open();
    await host.survey();
    order('echo two');
    const numbers = Array.from({ length: 200_000 }, (_, index) => `${index + 1}\n`).join('');
    await arrives(`up\n${numbers}written\ntwo\n`);
  });

  it('is complete even if both were killed and nobody had read it', async () => {
    process.kill(pidIn('claim'), 'SIGSTOP');
    order('seq 1 2000; echo last; touch written');
    await eventually(() => expect(existsSync(join(world.folder, 'written'))).to.equal(true));
    process.kill(launch.pid, 'SIGKILL');
    process.kill(pidIn('claim'), 'SIGKILL');
    const numbers = Array.from({ length: 2_000 }, (_, index) => `${index + 1}\n`).join('');
    await arrives(`up\n${numbers}last\n`);
    await eventually(() => expect(world.list('run')).to.deep.equal([]));
  });
});
