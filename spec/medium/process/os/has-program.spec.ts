import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { hasProgram } from '../../../../lib/process/os/process-identity.ts';
import { eventually } from '../../../support/eventually.ts';

describe('whether a pid has a program', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip(); // elsewhere it is never known
  });

  it('is so for a process that runs, and for none that was reaped', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    expect(hasProgram(child.pid!)).to.equal(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(hasProgram(child.pid!)).to.equal(false);
  });

  it('is not so for a process that has ended and is not reaped', async () => {
    // The shell becomes a program that does not know its child, and so does not wait for it.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line);
    await eventually(() => expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).to.include(') Z '));
    expect(hasProgram(pid)).to.equal(false);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  });
});
