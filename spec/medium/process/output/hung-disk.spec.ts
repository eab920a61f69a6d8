import { expect } from 'chai';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import { FrozenDisk } from '../../../support/built/frozen-disk.ts';
import { eventually } from '../../../support/eventually.ts';
import { LocalProcessWorld } from '../../../support/process/local-process-world.ts';
import { recordsIn } from '../../../support/process/output-world.ts';
import { isNativeShimBuilt, isRunning } from '../../../support/process/shim-driver.ts';

const PUMP = parseServiceId('pump');
/** Lines of a kilobyte without end, so that a pipe is soon full; `$1` is a file with the number of the accepted ones. */
const STORM = 'pad=$(printf %1000s); i=0; while :; do echo "line $i of the storm$pad"; i=$((i+1)); echo $i >"$1"; done';

describe('a service whose log is on a disk that hangs', function () {
  this.timeout(60_000);
  let world: LocalProcessWorld;
  let disk: FrozenDisk | null = null;

  beforeEach(function () {
    if (!isNativeShimBuilt()) this.skip();
    disk = FrozenDisk.mount();
    if (disk === null) this.skip();
    world = new LocalProcessWorld('native');
    symlinkSync(disk.folder, join(world.stateDir, 'logs'));
  });

  afterEach(async () => {
    disk?.thaw();
    if (disk !== null) await world.dispose();
    disk?.unmount();
    disk = null;
  });

  it('waits once its pipe is full, is ended by a stop all the same, and loses nothing', async () => {
    const host = await world.open();
    const counter = join(world.folder, 'counter');
    const request = world.request(PUMP, 1, {
      executablePath: world.script(STORM),
      args: [counter],
      maxLogBytes: 64 * 1024 ** 2,
    });
    const outcome = await host.launch(request);
    if (outcome.type !== 'launched') throw new Error('It was not launched.');
    const { pid } = outcome.launch;
    const accepted = (): Promise<number> =>
      eventually(() => {
        const [, count] = /^(\d+)\n$/.exec(readFileSync(counter, 'utf8')) ?? [];
        if (count === undefined) throw new Error('It is just being written.');
        return Number(count);
      });
    await eventually(async () => expect(await accepted()).to.be.at.least(100));
    disk?.freeze();
    const full = await eventually(async () => {
      const before = await accepted();
      await pause(300);
      expect(await accepted()).to.equal(before); // it waits
      return before;
    }, 20_000);
    const stopped = host.stop(PUMP, { signal: 'SIGTERM', graceMs: 500 });
    await eventually(() => expect(isRunning(pid!)).to.equal(false), 8_000);
    disk?.thaw();
    await stopped;
    const lines = readdirSync(join(world.stateDir, 'logs', PUMP))
      .filter((name) => name.endsWith('.log'))
      .sort()
      .flatMap((name) => recordsIn(readFileSync(join(world.stateDir, 'logs', PUMP, name))))
      .map(({ text }) => text.toString());
    // At most one more had been written, and not counted.
    expect(lines).to.have.length.within(full, full + 1);
    expect(lines.every((line, index) => line.startsWith(`line ${index} of the storm`))).to.equal(true);
  });
});
