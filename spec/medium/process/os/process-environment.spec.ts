import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf } from '../../../../lib/process/os/process-environment.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

describe('the environment of a process', function () {
  this.timeout(10_000);
  let child: ChildProcess;

  function start(command: string, args: readonly string[], env: Readonly<Record<string, string>>): number {
    child = spawn(command, [...args], { env, stdio: 'ignore' });
    return child.pid!;
  }

  afterEach(() => {
    child.kill('SIGKILL');
  });

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  it('is found in every read while the process replaces its program again and again', () => {
    const script = join(temporaryFolder(), 'again.sh');
    writeFileSync(script, `exec /bin/sh '${script}'\n`);
    const pid = start('/bin/sh', [script], { MARK: 'found' });
    // Without a second read about 4 % of these are empty.
    const missed = Array.from({ length: 20_000 }, () => environmentOf(pid)).filter(
      (environment) => environment?.includes('MARK=found') !== true,
    );
    expect(missed).to.deep.equal([]);
  });

  it('is empty if it was started with none, and is not read again', () => {
    const pid = start('/bin/sleep', ['1001'], {});
    const from = performance.now();
    expect(environmentOf(pid)).to.equal('');
    expect(performance.now() - from).to.be.lessThan(50);
  });

  it('is null once it has ended', async () => {
    const pid = start('/bin/sleep', ['1001'], { MARK: 'ended' });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(environmentOf(pid)).to.equal(null);
  });
});
