import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { environmentOfCluster, needsOwnCluster } from '../support/kubernetes/cluster-harm.ts';

const MAIN = new URL('../../chaos/main.js', import.meta.url).pathname;

function chaos(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const words = ['--import', 'tsx', MAIN, '--engine', 'kubernetes', ...args];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'], env: environmentOfCluster() });
    let output = '';
    for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('close', (code) => {
      resolve({ code, output });
    });
  });
}

describe('a host on a cluster that is harmed again and again', function () {
  this.timeout(900_000);
  this.slow(600_000);

  before(needsOwnCluster);

  it('loses nothing in 10 rounds (the built program)', async () => {
    const { code, output } = await chaos('--rounds', '10', '--seed', '2026');
    if (code !== 0) throw new Error(output); // the whole table, not what an assertion would show of it
    expect(output).to.contain('Nothing was lost.');
    const kills = Number(/^ +host kills +(\d+)$/m.exec(output)?.[1] ?? NaN);
    expect(kills, output).to.be.greaterThan(5);
  });
});
