import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../../support/eventually.ts';
import { isNativeShimBuilt, isRunning, shimPath } from '../../../support/process/shim-driver.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const BINARY = shimPath('build/coredinator-shim');

/** Runs a script under the guard to its end. */
function guarded(ms: number, script: string): ReturnType<typeof spawnSync> {
  return spawnSync(BINARY, ['guard', String(ms), '', 'sh', '-c', script], { encoding: 'utf8' });
}

describe('the guard of the native shim', function () {
  this.timeout(20_000); // real processes on a machine that may be busy

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  it('ends as its command did', () => {
    expect(guarded(60_000, 'exit 0')).to.include({ status: 0, signal: null });
    expect(guarded(60_000, 'exit 3')).to.include({ status: 3, signal: null });
    expect(guarded(60_000, 'kill -KILL $$')).to.include({ status: null, signal: 'SIGKILL' });
    expect(guarded(60_000, 'kill -SEGV $$')).to.include({ status: null, signal: 'SIGSEGV' });
  });

  it('reports a missing command', () => {
    const { status, stderr } = spawnSync(BINARY, ['guard', '60000', '', 'no-such-command'], { encoding: 'utf8' });
    expect([status, stderr]).to.deep.equal([127, 'coredinator-shim: no-such-command: No such file or directory\n']);
  });

  it('gives its command its own session, and unchanged signal handling', () => {
    const { stdout } = guarded(60_000, 'ps -o sid= -p $$; echo $$; grep SigBlk /proc/self/status');
    const [session, pid, blocked] = String(stdout).trim().split('\n');
    expect(session?.trim()).to.equal(pid);
    expect(blocked).to.match(/^SigBlk:\s+0+$/);
  });

  it('ends everything when the time is over', () => {
    expect(guarded(200, 'setsid sleep 1000 & sleep 1000')).to.include({ status: 124, signal: null });
  });

  for (const [name, script] of [
    ['ends by itself', 'setsid sleep 1000 & echo $!'],
    ['is killed', 'setsid sleep 1000 & echo $!; kill -KILL $$'],
  ] as const) {
    it(`ends what its command started when it ${name}`, () => {
      const { stdout } = guarded(60_000, script.replace('sleep 1000', 'sleep 1000 >/dev/null'));
      expect(isRunning(Number(stdout))).to.equal(false);
    });
  }

  it('ends everything when it is told to end', async () => {
    const file = join(temporaryFolder(), 'pids');
    const script = `setsid sleep 1000 & echo $! >'${file}'; echo $$ >>'${file}'; trap '' TERM; wait`;
    const guard = spawn(BINARY, ['guard', '60000', '', 'sh', '-c', script], { stdio: 'ignore' });
    const pids = await eventually(() => {
      const found = readFileSync(file, 'utf8').trim().split('\n').map(Number);
      expect(found).to.have.length(2);
      return found;
    });
    guard.kill('SIGTERM');
    await once(guard, 'exit');
    expect(pids.filter(isRunning)).to.be.empty;
  });

  it('runs the command with an account', function () {
    if (process.geteuid?.() !== 0) this.skip();
    const words = ['guard', '60000', '4711:4712:4712', 'sh', '-c', 'id -u; id -g; id -G'];
    expect(spawnSync(BINARY, words, { encoding: 'utf8' }).stdout).to.equal('4711\n4712\n4712\n');
  });

  it('rejects invalid arguments', () => {
    for (const words of [
      [],
      ['1000'],
      ['1000', ''],
      ['0', '', 'true'],
      ['-1', '', 'true'],
      ['1s', '', 'true'],
      ['1000', 'x', 'true'],
    ]) {
      expect(spawnSync(BINARY, ['guard', ...words]).status).to.equal(64);
    }
  });
});
