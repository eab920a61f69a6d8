import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../../support/eventually.ts';
import { isNativeShimBuilt, ShimDriver, shimPath } from '../../../support/process/shim-driver.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** An account that nothing else on this machine uses, so that its pipes are those of the launches. */
const NOBODY_ELSE = 64_123;
const COUNT = 600;
/** So many launches get whole pipes: 34 pages each of a budget of 16,384, less what is used for a moment by others. */
const WITH_WHOLE_PIPES = { least: 400, most: 481 };
/** As a host does: each launch has more pipes while it is being made, so the number of whole ones depends on this. */
const AT_ONCE = 32;
const LINES = 400;
/** More than the smallest pipe holds, of each stream; then it stays. */
const PROGRAM = `i=0; while [ $i -lt ${LINES} ]; do echo "line $i of the output of one of many"; i=$((i+1)); done; echo done >&2; exec sleep 60`;

describe('the output of 600 launches of a user without privilege', function () {
  this.timeout(120_000);
  let driver: ShimDriver;

  before(function () {
    if (!isNativeShimBuilt() || process.getuid?.() !== 0) this.skip(); // only root can become somebody else
    if (readFileSync('/proc/sys/fs/pipe-user-pages-soft', 'utf8') !== '16384\n') this.skip(); // as every kernel has it
  });

  afterEach(async () => {
    await driver.close();
    rmSync(driver.state, { recursive: true, force: true }); // here, because it takes seconds
  });

  it('is whole side by side, although the kernel has large pipes for some of them only', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const binary = join(folder, 'shim');
    copyFileSync(shimPath('build/coredinator-shim'), binary); // where anybody may run it
    const become = `exec setpriv --reuid=${NOBODY_ELSE} --regid=${NOBODY_ELSE} --clear-groups "$0" "$@"`;
    driver = new ShimDriver('native', binary, become);
    const launches = Array.from({ length: COUNT }, () => driver.prepare());
    spawnSync('chown', ['-R', `${NOBODY_ELSE}:${NOBODY_ELSE}`, driver.state]);
    for (let begun = 0; begun < COUNT; begun += AT_ONCE) {
      const next = launches.slice(begun, begun + AT_ONCE);
      for (const launch of next) driver.begin(launch, '/bin/sh', { args: ['-c', PROGRAM], cwd: '/' });
      await eventually(() => {
        expect(driver.reports.filter(({ event }) => event === 'launched')).to.have.length(begun + next.length);
      }, 60_000);
    }
    const { least, most } = WITH_WHOLE_PIPES;
    const sizes = launches.map(({ claim }) => Number(claim?.['output_buffer']));
    expect(sizes.filter((size) => size === 65_536).length).to.be.within(least, most);
    expect(sizes.filter((size) => size < 65_536).every((size) => size >= 4_096)).to.equal(true);
    const whole = Array.from({ length: LINES }, (_, index) => `line ${index} of the output of one of many\n`).join('');
    await eventually(() => {
      expect(launches.filter(({ stdout, stderr }) => stdout !== whole || stderr !== 'done\n')).to.deep.equal([]);
    }, 60_000);
  });
});
