import { expect } from 'chai';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const MAIN = new URL('../../../dist/main.js', import.meta.url).pathname;

/** Runs the host on a terminal, closes that once it is ready, and ends the host later; prints its state and its exit code. */
const ON_A_TERMINAL = `
import os, pty, signal, subprocess, sys, time
master, terminal = pty.openpty()
host = subprocess.Popen(sys.argv[1:], stdin=terminal, stdout=terminal, stderr=terminal)
os.close(terminal)
text = b''
while b'ready' not in text: text += os.read(master, 65536)
os.close(master)
time.sleep(0.5)
print('lives' if host.poll() is None else 'ended', flush=True)
host.send_signal(signal.SIGTERM)
print(host.wait(20), flush=True)
`;

describe('the built host without its terminal or its working directory', function () {
  this.timeout(60_000);
  let base: string;

  beforeEach(() => {
    base = join(temporaryFolder(), 'base');
    mkdirSync(base);
    writeFileSync(join(base, 'coredinator.yaml'), '{"services":{}}');
  });

  const words = (): string[] => ['--base-path', base, '--listen', `unix:${join(base, 'socket')}`];

  it('says so when its working directory has been deleted', async function () {
    if (process.platform === 'win32') this.skip();
    const gone = join(base, 'gone');
    mkdirSync(gone);
    const command = `rmdir "$0" && exec "$@"`;
    const child = spawn('sh', ['-c', command, gone, process.execPath, MAIN, ...words()], { cwd: gone });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    expect(await once(child, 'close')).to.deep.equal([2, null]);
    expect(text).to.equal(
      'error: The current directory has been deleted; change to one that exists and run the command again.\n',
    );
  });

  it('keeps running when its terminal is closed, and shuts down cleanly later', function () {
    try {
      execFileSync('python3', ['-c', 'import pty']);
    } catch {
      this.skip(); // Node cannot create a terminal
    }
    const output = execFileSync('python3', ['-c', ON_A_TERMINAL, process.execPath, MAIN, ...words()], {
      encoding: 'utf8',
    });
    expect(output).to.equal('lives\n0\n');
  });

  it('keeps running when the reader of its output is gone, and shuts down cleanly later', async () => {
    const child = spawn(process.execPath, [MAIN, ...words()], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await eventually(() => expect(text).to.include('"msg":"ready"'), 20_000);
    child.stderr.destroy();
    child.stdout.destroy();
    child.kill('SIGTERM');
    expect(await once(child, 'close')).to.deep.equal([0, null]);
  });
});
